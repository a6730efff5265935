//! The modal in a real browser, opened by the published component.

use crate::clients::run;
use crate::support::TestApp;

#[test]
fn the_modal_works_in_a_browser() {
    let app = TestApp::start();
    let report = run(&app, "authkit.mjs", &[]);
    assert_eq!(report["passed"].as_array().unwrap().len(), 2);
    let log = app.log();
    assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
    for secret in report["secrets"].as_array().unwrap() {
        assert!(!log.contains(secret.as_str().unwrap()), "{log}");
    }
}
