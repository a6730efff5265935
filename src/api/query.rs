//! Queries of lists: filters and pages.

use std::str::FromStr;

use serde::Serialize;

use super::error::ApiError;

const DEFAULT_LIMIT: usize = 20;
/// More rows than this are never answered at once.
pub const MAX_LIMIT: usize = 500;

/// The parameters of a query string. Those that nobody asks for mean nothing.
#[derive(Clone, Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query string.
    pub fn parse(text: &str) -> Self {
        Self(
            url::form_urlencoded::parse(text.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// The parameter `name`, unless it is empty. Of several, the last.
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(other, _)| other == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The parameter `name` as what it should be.
    pub fn get<T: FromStr>(&self, name: &str, what: &str) -> Result<Option<T>, ApiError> {
        let parsed = self.text(name).map(|text| text.parse());
        parsed
            .transpose()
            .map_err(|_| ApiError::bad_request(format!("{name}: must be {what}")))
    }

    /// The parameter `name` as a list with commas.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let text = self.text(name)?;
        Some(
            text.split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Which piece of a list is wanted: by `page`, counted from 1, or by `skip`.
    pub fn page(&self) -> Result<Page, ApiError> {
        let number = "a whole number";
        let limit = self.get::<usize>("limit", number)?.unwrap_or(DEFAULT_LIMIT);
        let page = self.get::<usize>("page", number)?.unwrap_or(1);
        if limit == 0 || page == 0 {
            return Err(ApiError::bad_request("limit and page: must be at least 1"));
        }
        let limit = limit.min(MAX_LIMIT);
        let skip = match self.get::<usize>("skip", number)? {
            Some(skip) => skip,
            None => (page - 1).saturating_mul(limit),
        };
        Ok(Page { skip, limit })
    }
}

/// A piece of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many rows come before it.
    pub skip: usize,
    /// How many rows it has at the most.
    pub limit: usize,
}

/// The answer of every list. Two generations of clients page in their own ways, and both end.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct List<T> {
    /// The piece.
    pub rows: Vec<T>,
    /// How many rows there are in all.
    pub total: u64,
    /// How many pages there are in all.
    pub pages: u64,
    /// Which of them this is, counted from 1.
    pub page: u64,
    /// How many rows a page has.
    pub limit: u64,
    /// How many rows come before this piece.
    pub skip: u64,
}

impl<T> List<T> {
    /// The piece `rows` of a list with `total` rows.
    pub fn new(rows: Vec<T>, total: u64, page: Page) -> Self {
        let (limit, skip) = (page.limit as u64, page.skip as u64);
        Self {
            rows,
            total,
            pages: total.div_ceil(limit),
            page: skip / limit + 1,
            limit,
            skip,
        }
    }

    /// The piece that `page` asks for of `all`.
    pub fn cut<A>(
        all: impl ExactSizeIterator<Item = A>,
        page: Page,
        view: impl Fn(A) -> T,
    ) -> Self {
        let total = all.len() as u64;
        let rows = all.skip(page.skip).take(page.limit).map(view).collect();
        Self::new(rows, total, page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_numbers_are_refused_and_great_ones_capped() {
        for (query, ok) in [
            ("", true),
            ("limit=100&page=2", true),
            ("limit=x", false),
            ("limit=-1", false),
            ("limit=0", false),
            ("page=0", false),
            ("skip=1.5", false),
            ("skip=0", true),
        ] {
            assert_eq!(Query::parse(query).page().is_ok(), ok, "{query}");
        }
        assert_eq!(
            Query::parse("limit=9999").page().unwrap(),
            Page {
                skip: 0,
                limit: MAX_LIMIT
            }
        );
        assert_eq!(
            Query::parse("limit=10&page=3").page().unwrap(),
            Page {
                skip: 20,
                limit: 10
            }
        );
        assert!(
            Query::parse("page=18446744073709551615&limit=500")
                .page()
                .is_ok()
        );
    }

    #[test]
    fn lists_fall_apart_at_commas() {
        let query = Query::parse("keys=a,%20b,,c&empty=");
        assert_eq!(query.list("keys").unwrap(), ["a", "b", "c"]);
        assert_eq!(query.list("empty"), None);
    }

    proptest! {
        #[test]
        fn both_ways_of_paging_end_and_see_every_row_once(total in 0usize..60, limit in 1usize..9) {
            let all: Vec<usize> = (0..total).collect();
            let mut seen = Vec::new();
            for page in 1.. {
                let query = Query::parse(&format!("page={page}&limit={limit}"));
                let list = List::cut(all.iter(), query.page().unwrap(), |row| *row);
                seen.extend(list.rows);
                if page as u64 >= list.pages {
                    break;
                }
            }
            prop_assert_eq!(&seen, &all);
            let mut seen = Vec::new();
            while seen.len() < total {
                let query = Query::parse(&format!("skip={}&limit={limit}", seen.len()));
                let list = List::cut(all.iter(), query.page().unwrap(), |row| *row);
                prop_assert!(!list.rows.is_empty());
                seen.extend(list.rows);
            }
            prop_assert_eq!(&seen, &all);
        }
    }
}
