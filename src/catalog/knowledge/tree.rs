//! Fields inside each other, from their names.

use crate::domain::Param;

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

/// The way to a field. An annotation's name, such as `@odata.nextLink`, is one step.
fn steps(name: &str) -> Vec<&str> {
    match name
        .rfind('@')
        .filter(|at| *at == 0 || name.get(..*at).is_some_and(|way| way.ends_with('.')))
    {
        Some(at) => {
            let (way, annotation) = name.split_at_checked(at).unwrap_or((name, ""));
            let steps = way.split('.').filter(|step| !step.is_empty());
            steps.chain([annotation]).collect()
        }
        None => name.split('.').filter(|step| !step.is_empty()).collect(),
    }
}

impl<'f, T> Node<'f, T> {
    const fn new() -> Self {
        Self {
            field: None,
            is_list: false,
            children: Vec::new(),
        }
    }

    fn put(&mut self, steps: &[&str], field: &'f T) {
        let Some((step, rest)) = steps.split_first() else {
            self.field = self.field.or(Some(field));
            return;
        };
        let name = step.trim_end_matches("[]");
        if name.is_empty() {
            self.is_list = true;
            return self.put(rest, field);
        }
        let known = self.children.iter_mut().find(|(known, _)| known == name);
        if let Some((_, child)) = known {
            child.is_list |= name.len() < step.len();
            return child.put(rest, field);
        }
        let mut child = Self::new();
        child.is_list = name.len() < step.len();
        child.put(rest, field);
        self.children.push((name.to_owned(), child));
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
