//! The text of a descriptor.

use toml::Value;

/// A descriptor while it is written.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// `key = "value"`.
    pub fn pair(&mut self, key: &str, value: &str) {
        self.line(key, &Value::String(value.to_owned()));
    }

    /// `key = value`.
    pub fn line(&mut self, key: &str, value: &Value) {
        self.0.push_str(&format!("{} = {value}\n", bare(key)));
    }

    /// A table's heading.
    pub fn table(&mut self, name: &str) {
        self.0.push_str(&format!("\n[{name}]\n"));
    }

    /// The heading of one more table of a list.
    pub fn one_of(&mut self, name: &str) {
        self.0.push_str(&format!("\n[[{name}]]\n"));
    }

    /// The text.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A key, in quotes where it needs them.
fn bare(key: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    if !key.is_empty() && key.chars().all(is_plain) {
        key.to_owned()
    } else {
        Value::String(key.to_owned()).to_string()
    }
}

/// One field of the form.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// Its key.
    pub name: String,
    /// What a person reads beside it.
    pub label: String,
    /// `password`, `url`, `select`, or nothing for text.
    pub kind: &'static str,
    /// Where to find the value.
    pub help: String,
    /// What stands in it while it is empty.
    pub placeholder: String,
    /// What the whole value must match.
    pub pattern: &'static str,
    /// What it is if left out.
    pub default: String,
    /// What it may be, for a `select`.
    pub options: Vec<String>,
    /// Whether it may be left out.
    pub optional: bool,
}

impl Field {
    /// Writes it as a table of `form`.
    pub fn write(&self, text: &mut Text) {
        text.one_of("form");
        let parts = [
            ("name", self.name.as_str()),
            ("type", self.kind),
            ("label", &self.label),
            ("placeholder", &self.placeholder),
            ("help", &self.help),
            ("pattern", self.pattern),
            ("default", &self.default),
        ];
        for (key, value) in parts.into_iter().filter(|(_, value)| !value.is_empty()) {
            text.pair(key, value);
        }
        if !self.options.is_empty() {
            let options = self.options.iter().cloned().map(Value::String);
            text.line("options", &Value::Array(options.collect()));
        }
        if self.optional {
            text.line("required", &Value::Boolean(false));
        }
    }
}

/// An API's name, without what says that it is one.
pub fn name(title: &str) -> String {
    let plain: String = title
        .chars()
        .map(|c| if c.is_control() || c == '`' { ' ' } else { c })
        .collect();
    let mut words: Vec<&str> = plain.split_whitespace().take(8).collect();
    while words.len() > 1
        && words.last().is_some_and(|last| {
            let last = last
                .trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase();
            matches!(
                last.as_str(),
                "api"
                    | "apis"
                    | "rest"
                    | "v1"
                    | "v2"
                    | "v3"
                    | "openapi"
                    | "documentation"
                    | "specification"
                    | ""
            )
        })
    {
        words.pop();
    }
    let name: String = words.join(" ").chars().take(60).collect();
    if name.trim().is_empty() {
        "Imported API".to_owned()
    } else {
        name.trim().to_owned()
    }
}
