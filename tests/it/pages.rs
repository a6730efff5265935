//! The pages on which people connect, and the files that they are made of.

use std::path::Path;

use crate::support::{Answer, TestApp};

const PAGES: [&str; 4] = [
    "/authkit",
    "/connect/popup",
    "/connect/done",
    "/connect/lnk_x",
];

/// The policy's directives, by name.
fn policy(answer: &Answer) -> std::collections::BTreeMap<String, String> {
    let text = answer.header("content-security-policy").unwrap();
    let directives = text.split(';').map(str::trim);
    directives
        .map(|directive| directive.split_once(' ').unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[tokio::test]
async fn a_page_runs_nothing_but_our_files_and_leaves_no_trace() {
    let app = TestApp::start();
    for path in PAGES {
        let page = app.anonymous().get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text().starts_with("<!doctype html>"), "{path}");
        for (name, value) in [
            ("content-type", Some("text/html; charset=utf-8")),
            ("referrer-policy", Some("no-referrer")),
            ("cache-control", Some("no-store")),
            ("x-content-type-options", Some("nosniff")),
            // It would part the modal from the popup that it leads on.
            ("cross-origin-opener-policy", None),
            ("x-frame-options", None),
            ("set-cookie", None),
        ] {
            assert_eq!(page.header(name), value, "{path}: {name}");
        }
        let policy = policy(&page);
        for (name, value) in [
            ("default-src", "'none'"),
            ("script-src", "'self'"),
            ("style-src", "'self'"),
            ("img-src", "'self' https: data:"),
            ("font-src", "'self'"),
            ("base-uri", "'none'"),
            ("form-action", "'none'"),
        ] {
            assert_eq!(policy[name], value, "{path}: {name}");
        }
        let own = if path == "/authkit" {
            ("*", "*")
        } else {
            ("'self'", "'none'")
        };
        assert_eq!(
            (&*policy["connect-src"], &*policy["frame-ancestors"]),
            own,
            "{path}"
        );
        assert_eq!(policy.len(), 9, "{policy:?}");
        let head = app.anonymous();
        let head = head.send(head.request("HEAD", path)).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(
            head.headers["content-security-policy"],
            page.headers["content-security-policy"]
        );
        let no_method = app.anonymous().post(path, serde_json::json!({})).await;
        no_method.assert_error(405, 2004);
    }
}

#[tokio::test]
async fn the_modal_can_be_kept_to_some_origins() {
    let app = TestApp::start_with(|command| {
        let origins = "https://app.example.com,http://localhost:3000";
        command.env("MAGPIE_AUTHKIT__ALLOWED_ORIGINS", origins)
    });
    let modal = policy(&app.anonymous().get("/authkit").await);
    let origins = "https://app.example.com http://localhost:3000";
    // The admin pages embed it as well.
    assert_eq!(modal["frame-ancestors"], format!("'self' {origins}"));
    assert_eq!(modal["connect-src"], format!("'self' {origins}"));
    let link = policy(&app.anonymous().get("/connect/x").await);
    assert_eq!(
        (&*link["connect-src"], &*link["frame-ancestors"]),
        ("'self'", "'none'")
    );
}

#[tokio::test]
async fn a_slash_too_many_leads_to_the_modal_with_what_it_was_told() {
    let app = TestApp::start();
    for (path, leads_to) in [
        ("/authkit/", "../authkit"),
        ("/authkit/?data=eyJ9%2B&x=1", "../authkit?data=eyJ9%2B&x=1"),
    ] {
        let answer = app.anonymous().get(path).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (308, Some(leads_to))
        );
        // The modal may have to know who embeds it.
        assert_eq!(answer.header("referrer-policy"), None);
    }
    app.anonymous()
        .get("/connect/")
        .await
        .assert_error(404, 2005);
    app.anonymous()
        .get("/connect/a/b")
        .await
        .assert_error(404, 2005);
}

#[tokio::test]
async fn every_file_for_browsers_is_served_as_what_it_is_and_no_other() {
    let app = TestApp::start();
    let client = app.anonymous();
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let mut served = 0;
    for folder in ["vendor", "lib", "kit", "authkit"] {
        for file in files(&assets.join(folder)) {
            let path = file
                .strip_prefix(&assets)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            let answer = client.get(&format!("/assets/{path}")).await;
            let kind = match path.rsplit_once('.').unwrap().1 {
                _ if path.ends_with(".test.js") => None,
                "js" => Some("text/javascript; charset=utf-8"),
                "css" => Some("text/css; charset=utf-8"),
                "json" => Some("application/json"),
                "svg" => Some("image/svg+xml"),
                "txt" => Some("text/plain; charset=utf-8"),
                _ => None,
            };
            let Some(kind) = kind else {
                answer.assert_error(404, 2005);
                continue;
            };
            served += 1;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (200, Some(kind)),
                "{path}"
            );
            assert_eq!(answer.body, std::fs::read(&file).unwrap(), "{path}");
            assert_eq!(answer.header("cache-control"), Some("no-cache"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        }
    }
    assert!(served > 2);
    for path in [
        "/assets",
        "/assets/",
        "/assets/kit",
        "/assets/kit/",
        "/assets/kit/nothing.js",
        "/assets/icons/gmail.svg",
        "/assets/connectors/gmail.toml",
        "/assets/authkit/index.html",
        "/assets/kit/..%2Flib%2Ftheme.js",
        "/assets/kit/%2e%2e/%2e%2e/Cargo.toml",
        "/assets//kit/base.css",
    ] {
        client.get(path).await.assert_error(404, 2005);
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let app = TestApp::start();
    let client = app.anonymous();
    let path = "/assets/kit/base.css";
    let first = client.get(path).await;
    let tag = first.header("etag").unwrap().to_owned();
    assert!(
        tag.starts_with('"') && tag.ends_with('"') && tag.len() > 40,
        "{tag}"
    );
    let other = client.get("/assets/lib/theme.js").await;
    assert_ne!(other.header("etag"), Some(&*tag));
    for (known, status) in [
        (tag.clone(), 304),
        (format!("\"x\", {tag}"), 304),
        (format!("W/{tag}"), 304),
        ("*".to_owned(), 304),
        ("\"x\"".to_owned(), 200),
        ("nonsense".to_owned(), 200),
    ] {
        for method in ["GET", "HEAD"] {
            let request = client.request(method, path).header("if-none-match", &known);
            let answer = client.send(request).await;
            assert_eq!(answer.status, status, "{method} {known}");
            assert_eq!(answer.header("etag"), Some(&*tag));
            assert_eq!(answer.header("cache-control"), Some("no-cache"));
            let is_whole = method == "GET" && status == 200;
            assert_eq!(!answer.body.is_empty(), is_whole, "{method} {known}");
        }
    }
}

#[tokio::test]
async fn a_page_is_a_script_or_two_and_one_style_sheet_that_browsers_keep() {
    let app = TestApp::start();
    let client = app.anonymous();
    for (page, files) in [("/admin/", 3), ("/authkit", 2), ("/connect/done", 2)] {
        let html = client.get(page).await.text();
        let names: Vec<&str> = html
            .split("assets/bundles/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert_eq!(names.len(), files, "{page}: {html}");
        for name in names {
            let path = format!("/assets/bundles/{name}");
            let request = client
                .request("GET", &path)
                .header("accept-encoding", "identity");
            let plain = client.send(request).await;
            assert_eq!(plain.status, 200, "{path}");
            assert_eq!(plain.header("content-encoding"), None);
            assert_eq!(plain.header("vary"), Some("accept-encoding"));
            assert_eq!(
                plain.header("cache-control"),
                Some("public, max-age=31536000, immutable")
            );
            let request = client
                .request("GET", &path)
                .header("accept-encoding", "br, gzip");
            let packed = client.send(request).await;
            assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
            let policy = packed.header("content-security-policy");
            assert_eq!(policy, Some("default-src 'none'"), "{path}");
            assert!(packed.body.len() * 2 < plain.body.len(), "{path}");
            assert_eq!(packed.header("content-type"), plain.header("content-type"));
        }
    }
    client
        .get("/assets/bundles/0123456789abcdef.js")
        .await
        .assert_error(404, 2005);
}
