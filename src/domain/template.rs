//! Texts with holes that a connection's fields fill.

use std::fmt;

/// A text from a connector's descriptor in which `{{NAME}}` stands for a form field.
///
/// Parsed once, when the descriptor is read. Only descriptors are ever parsed: nothing that a
/// caller or a provider sends becomes a template, and a value that is filled in is not looked at
/// again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(String),
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// `{{` without its `}}`.
    #[error("`{{{{` is never closed in `{0}`")]
    Unclosed(String),
    /// Something other than `{{UPPER_CASE}}`.
    #[error("`{0}` is no field name: capital letters, digits and underscores only")]
    BadName(String),
}

/// A field that a template names and the connection does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the field `{0}` is missing")]
pub struct MissingField(pub String);

impl Template {
    /// Reads `text`. A field's name has capital letters, digits and underscores.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (name, behind) = after
                .split_once("}}")
                .ok_or_else(|| InvalidTemplate::Unclosed(text.to_owned()))?;
            if !Self::is_field_name(name) {
                return Err(InvalidTemplate::BadName(name.to_owned()));
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Field(name.to_owned()));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// Whether `name` can stand between the braces.
    pub fn is_field_name(name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        !name.is_empty() && name.len() <= 64 && name.bytes().all(plain)
    }

    /// The fields that it names, in order, with repetitions.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text, if it has no holes.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text with every hole filled by what `value` answers for its name.
    pub fn render<'v>(
        &self,
        mut value: impl FnMut(&str) -> Option<&'v str>,
    ) -> Result<String, MissingField> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Field(name) => {
                    text.push_str(value(name).ok_or_else(|| MissingField(name.clone()))?)
                }
            }
        }
        Ok(text)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Field(name) => write!(f, "{{{{{name}}}}}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn render(template: &str, value: &str) -> Result<String, MissingField> {
        Template::parse(template)
            .unwrap()
            .render(|name| (name == "KEY").then_some(value))
    }

    #[test]
    fn holes_are_filled_and_nothing_else_is() {
        assert_eq!(render("Bearer {{KEY}}", "abc").unwrap(), "Bearer abc");
        assert_eq!(render("a{b}c", "x").unwrap(), "a{b}c");
        assert_eq!(render("{{KEY}}{{KEY}}", "x").unwrap(), "xx");
        assert_eq!(
            render("{{OTHER}}", "x"),
            Err(MissingField("OTHER".to_owned()))
        );
    }

    #[test]
    fn a_value_that_looks_like_a_template_stays_as_it_is() {
        assert_eq!(render("{{KEY}}", "{{OTHER}}").unwrap(), "{{OTHER}}");
    }

    #[test]
    fn malformed_templates_are_refused() {
        for text in ["{{KEY", "{{}}", "{{key}}", "{{ KEY }}", "{{{KEY}}}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_prints_as_it_was(text in "([a-z/:. ]{0,5}(\\{\\{[A-Z_0-9]{1,6}\\}\\})?){0,5}") {
            prop_assert_eq!(Template::parse(&text).unwrap().to_string(), text);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[{}A-Z a-z]{0,30}") {
            let _ = Template::parse(&text);
        }
    }
}
