//! Comma-separated values (RFC 4180), safe to open in a spreadsheet.

/// Appends a line with these cells.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe in front: whoever may name
/// a connection must not get code run on the machine of whoever opens the list.
pub fn push_line<'a>(line: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        push_cell(line, cell);
    }
    line.push_str("\r\n");
}

fn push_cell(line: &mut String, cell: &str) {
    let guard = if is_formula(cell) { "'" } else { "" };
    if !cell.contains(['"', ',', '\r', '\n']) {
        line.push_str(guard);
        line.push_str(cell);
        return;
    }
    line.push('"');
    line.push_str(guard);
    line.push_str(&cell.replace('"', "\"\""));
    line.push('"');
}

/// Whether a spreadsheet would reckon with it. Tabs and line ends in front are passed over by some.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(cells: &[&str]) -> String {
        let mut line = String::new();
        push_line(&mut line, cells.iter().copied());
        line
    }

    /// The cells of one line, as RFC 4180 has them.
    fn read(line: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut rest = line.strip_suffix("\r\n").unwrap().chars().peekable();
        let mut quoted = false;
        while let Some(next) = rest.next() {
            let cell = cells.last_mut().unwrap();
            match (next, quoted) {
                ('"', true) if rest.peek() == Some(&'"') => cell.extend(rest.next()),
                ('"', _) => quoted = !quoted,
                (',', false) => cells.push(String::new()),
                (other, _) => cell.push(other),
            }
        }
        cells
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let cells = ["a", "", "b,c", "say \"x\"", "two\nlines", "ü"];
        assert_eq!(
            line(&cells),
            "a,,\"b,c\",\"say \"\"x\"\"\",\"two\nlines\",ü\r\n"
        );
    }

    #[test]
    fn a_formula_is_shown_and_not_run() {
        for (cell, shown) in [
            ("=1+1", "'=1+1\r\n"),
            ("+1", "'+1\r\n"),
            ("-1", "'-1\r\n"),
            ("@SUM(A1)", "'@SUM(A1)\r\n"),
            ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\"\r\n"),
            ("a=1", "a=1\r\n"),
        ] {
            assert_eq!(line(&[cell]), shown);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_and_never_begins_as_a_formula(cells in prop::collection::vec("[a=+@\\-,\"\n\r\t']{0,6}", 1..6)) {
            let borrowed: Vec<&str> = cells.iter().map(String::as_str).collect();
            let found = read(&line(&borrowed));
            prop_assert_eq!(found.len(), cells.len());
            for (found, cell) in found.iter().zip(&cells) {
                prop_assert!(!is_formula(found));
                prop_assert!(found == cell || found.strip_prefix('\'') == Some(cell));
            }
        }
    }
}
