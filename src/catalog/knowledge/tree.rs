//! Fields inside each other, from their names.

use crate::domain::{Param, Step, steps};

/// Deeper ones are left out: nobody reads them, and names come from outside.
const DEPTH: usize = 12;

/// A field, and what is inside it. The root stands for the whole body.
#[derive(Debug)]
pub(super) struct Node<'f, T> {
    pub field: Option<&'f T>,
    /// Whether what is inside it is in each of its items.
    pub is_list: bool,
    /// In the order of their first mention.
    pub children: Vec<(String, Self)>,
}

/// The tree of fields that are named with their way: `customer.email`, `lines[].price`, and `` for
/// the whole.
pub(super) fn tree<'f, T>(fields: impl Iterator<Item = (&'f str, &'f T)>) -> Node<'f, T> {
    let mut root = Node::new();
    for (name, field) in fields {
        let steps = steps(name);
        if steps.len() <= DEPTH {
            root.put(&steps, field);
        }
    }
    root
}

impl<'f, T> Node<'f, T> {
    const fn new() -> Self {
        Self {
            field: None,
            is_list: false,
            children: Vec::new(),
        }
    }

    fn put(&mut self, steps: &[Step<'_>], field: &'f T) {
        match steps {
            [] => self.field = self.field.or(Some(field)),
            [Step::Items, rest @ ..] => {
                self.is_list = true;
                self.put(rest, field);
            }
            [Step::Field(name), rest @ ..] => self.child(name).put(rest, field),
        }
    }

    fn child(&mut self, name: &str) -> &mut Self {
        let place = self.children.iter().position(|(known, _)| known == name);
        let place = place.unwrap_or_else(|| {
            self.children.push((name.to_owned(), Self::new()));
            self.children.len() - 1
        });
        match self.children.get_mut(place) {
            Some((_, child)) => child,
            None => unreachable!("it was found, or has just been added"),
        }
    }
}

impl Node<'_, Param> {
    /// Whether the body must have it: it says so itself, or nothing is known of it but that
    /// something in it must be there.
    pub(super) fn is_required(&self) -> bool {
        match self.field {
            Some(param) => param.required,
            None => self.children.iter().any(|(_, child)| child.is_required()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_a_tree() {
        let fields = [
            "customer.email",
            "lines",
            "lines[].price",
            "lines[].taxes[].rate",
        ];
        let root = tree(fields.iter().map(|name| (*name, name)));
        let names: Vec<&str> = root
            .children
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["customer", "lines"]);
        let (_, customer) = &root.children[0];
        assert!(customer.field.is_none() && !customer.is_list);
        let (_, lines) = &root.children[1];
        assert!(lines.field.is_some() && lines.is_list && lines.children.len() == 2);
        assert!(lines.children[1].1.is_list);
    }

    #[test]
    fn the_whole_may_be_a_list() {
        let annotated = tree([("value[].@odata.type", &()), ("@odata.nextLink", &())].into_iter());
        assert_eq!(annotated.children[1].0, "@odata.nextLink");
        assert_eq!(annotated.children[0].1.children[0].0, "@odata.type");
        let root = tree([("[].id", &()), ("", &())].into_iter());
        assert!(root.is_list && root.field.is_some() && root.children.len() == 1);
        let deep = "a.".repeat(10_000);
        assert!(tree([(deep.as_str(), &())].into_iter()).children.is_empty());
    }
}
