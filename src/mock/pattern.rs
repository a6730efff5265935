//! Texts with holes, read backwards: which values were they filled with?

use crate::domain::{Connector, Template};

/// What a template or a path segment looks like once it is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What is fixed; one more than there are holes.
    literals: Vec<String>,
    /// For each hole, whether nothing may stand in it.
    may_be_empty: Vec<bool>,
}

impl Pattern {
    /// `template` of a connector. Only what an optional field fills may be empty.
    pub fn of(template: &Template, connector: &Connector) -> Self {
        // Each hole becomes a character that no descriptor has in a header or a parameter.
        let marked = template.render(|_| Some("\0")).unwrap_or_default();
        let is_optional = |name| connector.field(name).is_some_and(|field| !field.required);
        Self {
            literals: marked.split('\0').map(str::to_owned).collect(),
            may_be_empty: template.fields().map(is_optional).collect(),
        }
    }

    /// A value that must be there, behind `prefix`.
    pub fn behind(prefix: &str) -> Self {
        Self {
            literals: vec![prefix.to_owned(), String::new()],
            may_be_empty: vec![false],
        }
    }

    /// A segment of a path such as `{id}.json`.
    pub fn segment(text: &str) -> Self {
        let mut parts = text.split('{');
        let mut literals = vec![parts.next().unwrap_or_default().to_owned()];
        literals.extend(parts.map(|part| match part.split_once('}') {
            Some((_, behind)) => behind.to_owned(),
            None => part.to_owned(),
        }));
        Self {
            may_be_empty: vec![false; literals.len() - 1],
            literals,
        }
    }

    /// The same with `prefix` before it.
    pub fn prefixed(mut self, prefix: &str) -> Self {
        if let Some(first) = self.literals.first_mut() {
            first.insert_str(0, prefix);
        }
        self
    }

    /// The same in lower case, as header names are compared.
    pub fn lower_case(mut self) -> Self {
        self.literals
            .iter_mut()
            .for_each(|text| text.make_ascii_lowercase());
        self
    }

    /// Whether anything is left open.
    pub fn has_holes(&self) -> bool {
        !self.may_be_empty.is_empty()
    }

    /// The text with `mark` in every hole.
    pub fn filled_with(&self, mark: &str) -> String {
        self.literals.join(mark)
    }

    /// What stands in the holes of `text`, each as short as can be but for the last; `None` if it
    /// is another text.
    pub fn values<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, rest) = self.literals.split_first()?;
        let mut text = text.strip_prefix(first.as_str())?;
        let Some((last, between)) = rest.split_last() else {
            return text.is_empty().then(Vec::new);
        };
        text = text.strip_suffix(last.as_str())?;
        let mut values = Vec::with_capacity(rest.len());
        for (literal, may_be_empty) in between.iter().zip(&self.may_be_empty) {
            let least = match may_be_empty {
                true => 0,
                false => text.chars().next()?.len_utf8(),
            };
            let (_, behind) = text.split_at_checked(least)?;
            let (value, behind) = text.split_at_checked(least + behind.find(literal.as_str())?)?;
            values.push(value);
            text = behind.strip_prefix(literal.as_str())?;
        }
        if text.is_empty() && !*self.may_be_empty.last()? {
            return None;
        }
        values.push(text);
        Some(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_values_of_a_filled_text_come_out_again() {
        for (pattern, text, values) in [
            ("messages", "messages", Some(vec![])),
            ("messages", "message", None),
            ("{id}", "7", Some(vec!["7"])),
            ("{id}", "", None),
            ("{id}.json", "7.json", Some(vec!["7"])),
            ("{id}.json", ".json", None),
            ("{id}:run", "a:b:run", Some(vec!["a:b"])),
            ("{x}-{y}", "1-2-3", Some(vec!["1", "2-3"])),
            ("{x}-{y}", "--3", Some(vec!["-", "3"])),
            ("{x}{y}", "äbc", Some(vec!["ä", "bc"])),
            ("a{x}a", "a", None),
        ] {
            assert_eq!(
                Pattern::segment(pattern).values(text),
                values,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn a_prefix_stands_before_the_first_hole() {
        assert_eq!(
            Pattern::behind("Bearer ").values("Bearer x"),
            Some(vec!["x"])
        );
        assert_eq!(Pattern::behind("Bearer ").values("Bearer "), None);
        assert_eq!(Pattern::behind("Bearer ").filled_with("•"), "Bearer •");
    }

    proptest! {
        #[test]
        fn what_is_read_fills_the_text_again(
            literals in prop::collection::vec("[-a]{0,2}", 1..4),
            text in "[-ab]{0,8}",
        ) {
            let pattern = Pattern {
                may_be_empty: vec![false; literals.len() - 1],
                literals,
            };
            if let Some(values) = pattern.values(&text) {
                let mut again = pattern.literals[0].clone();
                for (value, literal) in values.iter().zip(&pattern.literals[1..]) {
                    prop_assert!(!value.is_empty());
                    again.push_str(value);
                    again.push_str(literal);
                }
                prop_assert_eq!(again, text);
            }
        }
    }
}
