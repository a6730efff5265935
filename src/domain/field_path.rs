//! The way to a field inside a body: `customer.email`, `lines[].price`.

/// One step on the way to a field: into an object, or into each item of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'n> {
    /// Into the field of this name.
    Field(&'n str),
    /// Into each item.
    Items,
}

/// `lines[].price` as steps; none for the body as a whole. The name of an annotation, such as
/// `@odata.type`, is one step though it has a dot.
pub fn steps(name: &str) -> Vec<Step<'_>> {
    let (way, annotation) = match name.rfind('@') {
        Some(at) if at == 0 || name.get(..at).is_some_and(|way| way.ends_with('.')) => {
            name.split_at_checked(at).unwrap_or((name, ""))
        }
        _ => (name, ""),
    };
    let mut steps = Vec::new();
    let parts = way.split('.').chain([annotation]);
    for part in parts.filter(|part| !part.is_empty()) {
        let field = part.trim_end_matches("[]");
        if !field.is_empty() {
            steps.push(Step::Field(field));
        }
        let items = part.len().saturating_sub(field.len()) / 2;
        steps.extend(std::iter::repeat_n(Step::Items, items));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_way_into_the_body() {
        use Step::{Field, Items};
        for (name, way) in [
            ("", vec![]),
            ("a", vec![Field("a")]),
            ("a.b", vec![Field("a"), Field("b")]),
            ("a[].b", vec![Field("a"), Items, Field("b")]),
            ("a[][]", vec![Field("a"), Items, Items]),
            ("[].b", vec![Items, Field("b")]),
            ("@odata.type", vec![Field("@odata.type")]),
            (
                "value[].@odata.type",
                vec![Field("value"), Items, Field("@odata.type")],
            ),
            ("mail@home.x", vec![Field("mail@home"), Field("x")]),
        ] {
            assert_eq!(steps(name), way, "{name}");
        }
    }
}
