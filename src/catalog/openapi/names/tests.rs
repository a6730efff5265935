use super::{Unnamed, names, slug};
use crate::domain::Method::{self, Delete, Get, Patch, Post, Put};

fn title(id: &str, method: Method, path: &str) -> String {
    let id = (!id.is_empty()).then_some(id);
    names(&[Unnamed { id, method, path }])[0].title.clone()
}

#[test]
fn titles_say_what_is_done_to_what() {
    let mut wrong = Vec::new();
    for (id, method, path, expected) in [
        // From the path alone.
        ("", Get, "/v1/invoices", "List invoices"),
        ("", Get, "/v1/invoices/{invoice}", "Get an invoice"),
        ("", Post, "/v1/invoices", "Create an invoice"),
        ("", Put, "/v1/invoices/{invoice}", "Update an invoice"),
        ("", Delete, "/v1/invoices/{invoice}", "Delete an invoice"),
        ("", Get, "/v1/balance", "Get the balance"),
        ("", Get, "/customers/search", "Search customers"),
        (
            "",
            Get,
            "/customers/{customer}/sources",
            "List sources of a customer",
        ),
        (
            "",
            Post,
            "/customers/{customer}/sources",
            "Create a source for a customer",
        ),
        (
            "",
            Post,
            "/subscriptions/{id}/cancel",
            "Cancel a subscription",
        ),
        (
            "",
            Post,
            "/intents/{id}/verify_microdeposits",
            "Verify microdeposits of an intent",
        ),
        ("", Post, "/v2/{name}:cancel", "Cancel a resource"),
        (
            "",
            Get,
            "/repos/{owner}/{repo}/releases/latest",
            "Get the latest release of a repository",
        ),
        (
            "",
            Get,
            "/users/{id}/messages/$count",
            "Count messages of a user",
        ),
        ("", Get, "/me/messages", "List messages"),
        ("", Post, "/logout", "Log out"),
        // By the identifier.
        ("createPage", Post, "/v1/pages", "Create a page"),
        (
            "listCallingPlans",
            Get,
            "/phone/calling_plans",
            "List calling plans",
        ),
        ("groupCreate", Post, "/groups", "Create a group"),
        (
            "getTasksForWorkspace",
            Get,
            "/workspaces/{id}/tasks",
            "List tasks for a workspace",
        ),
        (
            "issues/list-for-repo",
            Get,
            "/repos/{owner}/{repo}/issues",
            "List issues for a repository",
        ),
        (
            "gists/list-public",
            Get,
            "/gists/public",
            "List public gists",
        ),
        (
            "repos/list-starred-by-authenticated-user",
            Get,
            "/user/starred",
            "List repositories starred by the authenticated user",
        ),
        (
            "gmail.users.messages.send",
            Post,
            "/users/{userId}/messages/send",
            "Send a message of a user",
        ),
        (
            "gmail.users.messages.batchDelete",
            Post,
            "/users/{userId}/messages/batchDelete",
            "Batch delete messages of a user",
        ),
        (
            "me.todo.lists.UpdateTasks",
            Patch,
            "/me/todo/lists/{id}/tasks/{id2}",
            "Update a task of a list",
        ),
        (
            "GetCustomersCustomer",
            Get,
            "/v1/customers/{customer}",
            "Get a customer",
        ),
        (
            "PostCustomersCustomerSources",
            Post,
            "/v1/customers/{customer}/sources",
            "Create a source for a customer",
        ),
        (
            "list_users_api_v1_users_get",
            Get,
            "/api/v1/users",
            "List users",
        ),
        (
            "put_folders_id_metadata_id",
            Put,
            "/folders/{folder_id}/metadata/{template}",
            "Update the metadata of a folder",
        ),
        (
            "VirtualMachines_CreateOrUpdate",
            Put,
            "/virtualMachines/{name}",
            "Create or update a virtual machine",
        ),
        ("createUserUsingPOST_1", Post, "/users", "Create a user"),
        (
            "domains_update_record",
            Put,
            "/domains/{domain}/records/{id}",
            "Update a record of a domain",
        ),
        ("getUserById", Get, "/users/{id}", "Get a user"),
        ("getListOfUsers", Get, "/users", "List users"),
        ("issueCreate", Post, "/issues", "Create an issue"),
        (
            "FetchSipCredential",
            Get,
            "/SIP/Credentials/{Sid}.json",
            "Get a SIP credential",
        ),
    ] {
        let title = title(id, method, path);
        if title != expected {
            wrong.push(format!("{method} {path} {id}: {title}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn titles_that_would_be_the_same_tell_what_their_objects_belong_to() {
    let named = |path| Unnamed {
        id: None,
        method: Get,
        path,
    };
    let titles = names(&[
        named("/me/files/notes"),
        named("/teams/{id}/files/notes"),
        named("/apps/{id}/builds/{id2}/logs"),
        named("/dogs/{id}/builds/{id2}/logs"),
    ]);
    let titles: Vec<&str> = titles.iter().map(|names| names.title.as_str()).collect();
    assert_eq!(
        titles[2..],
        [
            "List logs of a build of an app",
            "List logs of a build of a dog"
        ]
    );
    assert_ne!(titles[0], titles[1]);
}

#[test]
fn models_and_tags_are_resources_never_versions_or_variables() {
    let names = names(&[
        Unnamed {
            id: None,
            method: Get,
            path: "/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json",
        },
        Unnamed {
            id: Some("x.projects.jobs.cancel"),
            method: Post,
            path: "/v1beta1/{name}:cancel",
        },
        Unnamed {
            id: None,
            method: Delete,
            path: "/v1/payment_intents/{intent}",
        },
    ]);
    let told: Vec<String> = names
        .iter()
        .map(|names| format!("{}: {}", names.model, names.tags.join(" ")))
        .collect();
    assert_eq!(
        told,
        [
            "Calls: calls accounts read",
            "Jobs: jobs write",
            "Payment Intents: payment-intents delete"
        ]
    );
}

#[test]
fn a_key_is_the_title_in_camel_case() {
    let key = |path| {
        names(&[Unnamed {
            id: None,
            method: Post,
            path,
        }])[0]
            .key
            .clone()
    };
    assert_eq!(key("/customers/{id}/sources"), "createSourceForCustomer");
    assert_eq!(key("/"), "createRoot");
}

#[test]
fn a_slug_is_a_platform_name() {
    assert_eq!(slug("Acme (Anvils) — API 2.0"), "acme-anvils-api-2-0");
}
