//! What an operation does, told by a word of its identifier or its path.

/// What kind of thing a verb does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Gives several.
    List,
    /// Gives one.
    Get,
    /// Looks for some.
    Search,
    /// Reads in another way: counts, checks, downloads.
    Read,
    /// Makes one.
    Create,
    /// Changes one.
    Update,
    /// Removes one.
    Delete,
    /// Does something else.
    Act,
}

/// A verb, and how many words it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verb {
    /// As a title begins with it.
    pub text: String,
    /// What kind of thing it does.
    pub kind: Kind,
    /// Of how many words it was made.
    pub length: usize,
    /// Whether it is done to several at once.
    pub many: bool,
}

impl Verb {
    /// For something that is done and has no verb of its own.
    pub fn run() -> Self {
        Self {
            text: "run".to_owned(),
            kind: Kind::Act,
            length: 0,
            many: false,
        }
    }
}

/// Words that mean one of the plain verbs, and what the title says.
const PLAIN: &[(&str, &str, Kind)] = &[
    ("list", "list", Kind::List),
    ("login", "log in", Kind::Act),
    ("logout", "log out", Kind::Act),
    ("index", "list", Kind::List),
    ("browse", "list", Kind::List),
    ("enumerate", "list", Kind::List),
    ("get", "get", Kind::Get),
    ("fetch", "get", Kind::Get),
    ("retrieve", "get", Kind::Get),
    ("retrive", "get", Kind::Get),
    ("read", "get", Kind::Get),
    ("show", "get", Kind::Get),
    ("view", "get", Kind::Get),
    ("describe", "get", Kind::Get),
    ("load", "get", Kind::Get),
    ("obtain", "get", Kind::Get),
    ("return", "get", Kind::Get),
    ("returns", "get", Kind::Get),
    ("gets", "get", Kind::Get),
    ("lists", "list", Kind::List),
    ("search", "search", Kind::Search),
    ("find", "find", Kind::Search),
    ("query", "query", Kind::Search),
    ("lookup", "look up", Kind::Search),
    ("count", "count", Kind::Read),
    ("check", "check", Kind::Read),
    ("download", "download", Kind::Read),
    ("create", "create", Kind::Create),
    ("creates", "create", Kind::Create),
    ("insert", "create", Kind::Create),
    ("add", "add", Kind::Create),
    ("register", "register", Kind::Create),
    ("update", "update", Kind::Update),
    ("updates", "update", Kind::Update),
    ("patch", "update", Kind::Update),
    ("modify", "update", Kind::Update),
    ("edit", "update", Kind::Update),
    ("change", "change", Kind::Update),
    ("put", "update", Kind::Update),
    ("replace", "replace", Kind::Update),
    ("set", "set", Kind::Update),
    ("upsert", "create or update", Kind::Update),
    ("delete", "delete", Kind::Delete),
    ("deletes", "delete", Kind::Delete),
    ("destroy", "delete", Kind::Delete),
    ("erase", "erase", Kind::Delete),
    ("purge", "purge", Kind::Delete),
    ("remove", "remove", Kind::Delete),
    ("unset", "unset", Kind::Delete),
];

/// Words that are verbs wherever they begin an identifier or end a path.
const ACTS: &[&str] = &[
    "abort",
    "make",
    "suppress",
    "shorten",
    "obliterate",
    "reassign",
    "opt",
    "issue",
    "quote",
    "contest",
    "lease",
    "dial",
    "bypass",
    "seed",
    "accept",
    "acknowledge",
    "acquire",
    "activate",
    "adjust",
    "advance",
    "aggregate",
    "allocate",
    "allow",
    "analyze",
    "analyse",
    "answer",
    "append",
    "apply",
    "approve",
    "archive",
    "assign",
    "associate",
    "attach",
    "authenticate",
    "authorize",
    "ban",
    "begin",
    "bind",
    "block",
    "build",
    "calculate",
    "cancel",
    "capture",
    "categorize",
    "certify",
    "claim",
    "classify",
    "clear",
    "clone",
    "close",
    "collect",
    "combine",
    "commit",
    "compare",
    "complete",
    "compose",
    "compute",
    "confirm",
    "configure",
    "connect",
    "consume",
    "convert",
    "deactivate",
    "decline",
    "decode",
    "decrease",
    "decrypt",
    "demote",
    "deny",
    "deploy",
    "deprecate",
    "deprovision",
    "deregister",
    "detach",
    "detect",
    "disable",
    "disallow",
    "disassociate",
    "discard",
    "disconnect",
    "discover",
    "dismiss",
    "dispatch",
    "distribute",
    "duplicate",
    "eject",
    "embed",
    "enable",
    "encode",
    "encrypt",
    "end",
    "enqueue",
    "enroll",
    "ensure",
    "estimate",
    "evaluate",
    "exchange",
    "exclude",
    "execute",
    "expand",
    "expire",
    "explain",
    "extend",
    "extract",
    "fail",
    "finalize",
    "finish",
    "flush",
    "follow",
    "force",
    "forget",
    "fork",
    "forward",
    "freeze",
    "fulfill",
    "generate",
    "grant",
    "halt",
    "hide",
    "hold",
    "identify",
    "ignore",
    "impersonate",
    "import",
    "include",
    "increase",
    "increment",
    "inform",
    "ingest",
    "initialize",
    "initiate",
    "install",
    "instantiate",
    "invalidate",
    "invite",
    "invoke",
    "join",
    "kick",
    "kill",
    "launch",
    "leave",
    "link",
    "lock",
    "login",
    "logout",
    "manage",
    "mark",
    "merge",
    "migrate",
    "mint",
    "move",
    "mute",
    "notify",
    "onboard",
    "open",
    "optimize",
    "override",
    "pause",
    "perform",
    "pin",
    "ping",
    "place",
    "play",
    "poll",
    "populate",
    "post",
    "prepare",
    "preview",
    "print",
    "promote",
    "provision",
    "publish",
    "pull",
    "push",
    "reactivate",
    "rebuild",
    "receive",
    "recalculate",
    "reclaim",
    "recommend",
    "reconcile",
    "record",
    "recover",
    "redeem",
    "redeliver",
    "redirect",
    "refresh",
    "refund",
    "regenerate",
    "reject",
    "release",
    "reload",
    "rename",
    "renew",
    "reopen",
    "reorder",
    "repair",
    "reply",
    "report",
    "request",
    "require",
    "rerequest",
    "rerun",
    "resend",
    "reserve",
    "reset",
    "reschedule",
    "resize",
    "resolve",
    "respond",
    "restart",
    "restore",
    "restrict",
    "resume",
    "retire",
    "retry",
    "reveal",
    "reverse",
    "revert",
    "review",
    "revoke",
    "rewind",
    "roll",
    "rollback",
    "rotate",
    "run",
    "save",
    "scale",
    "scan",
    "schedule",
    "select",
    "send",
    "share",
    "simulate",
    "skip",
    "snooze",
    "solve",
    "sort",
    "split",
    "start",
    "stop",
    "store",
    "submit",
    "subscribe",
    "suggest",
    "suspend",
    "swap",
    "switch",
    "sync",
    "synchronize",
    "tag",
    "terminate",
    "test",
    "toggle",
    "track",
    "train",
    "transfer",
    "transform",
    "translate",
    "trash",
    "trigger",
    "turn",
    "unarchive",
    "unassign",
    "unban",
    "unblock",
    "unbind",
    "undelete",
    "undeploy",
    "undo",
    "unfollow",
    "unfreeze",
    "uninstall",
    "unlike",
    "unlink",
    "unlock",
    "unmark",
    "unmute",
    "unpin",
    "unpublish",
    "unregister",
    "unshare",
    "unstar",
    "unsubscribe",
    "unsuspend",
    "untag",
    "untrash",
    "upgrade",
    "upload",
    "validate",
    "verify",
    "void",
    "vote",
    "wait",
    "watch",
    "withdraw",
    "write",
    "export",
    "process",
    "copy",
    "refuse",
    "succeed",
    "like",
    "star",
    "order",
    "charge",
    "bulk",
    "batch",
    "clean",
    "cleanup",
    "parse",
    "render",
    "predict",
    "recognize",
    "synthesize",
    "transcribe",
    "moderate",
    "draft",
    "deliver",
    "ack",
    "quit",
    "pay",
    "sign",
    "book",
    "buy",
    "sell",
    "ship",
    "return",
    "redact",
    "reauthorize",
    "reprocess",
    "reindex",
    "rescan",
    "rollover",
    "screenshot",
    "subscribe",
    "summarize",
    "tokenize",
    "accrue",
];

/// Verbs that are as often nouns: not believed at the head of something that only reads.
const ALSO_NOUNS: &[&str] = &[
    "issue",
    "quote",
    "contest",
    "lease",
    "seed",
    "bypass",
    "archive",
    "attach",
    "author",
    "batch",
    "block",
    "book",
    "build",
    "bulk",
    "charge",
    "claim",
    "clone",
    "commit",
    "compare",
    "connect",
    "copy",
    "deploy",
    "draft",
    "duplicate",
    "end",
    "exchange",
    "fork",
    "forward",
    "grant",
    "hold",
    "import",
    "index",
    "invite",
    "launch",
    "like",
    "link",
    "lock",
    "login",
    "mark",
    "merge",
    "mint",
    "move",
    "open",
    "order",
    "pause",
    "pay",
    "pin",
    "place",
    "play",
    "poll",
    "post",
    "print",
    "process",
    "promote",
    "pull",
    "push",
    "query",
    "record",
    "redirect",
    "refund",
    "release",
    "reply",
    "report",
    "request",
    "reserve",
    "return",
    "returns",
    "reverse",
    "review",
    "roll",
    "run",
    "scale",
    "scan",
    "schedule",
    "share",
    "ship",
    "sign",
    "sort",
    "split",
    "star",
    "start",
    "stop",
    "store",
    "subscribe",
    "swap",
    "switch",
    "sync",
    "tag",
    "test",
    "track",
    "train",
    "transfer",
    "trash",
    "trigger",
    "turn",
    "update",
    "updates",
    "upgrade",
    "view",
    "void",
    "vote",
    "watch",
    "change",
    "set",
    "lists",
    "list",
    "read",
    "save",
    "fail",
    "ping",
    "export",
    "answer",
    "search",
    "lookup",
    "count",
    "check",
    "edit",
    "patch",
    "put",
    "close",
    "wait",
    "write",
    "process",
    "preview",
    "select",
    "load",
    "show",
];

/// Words that go with a verb: `batch` of `batchDelete`.
const BEFORE: &[(&str, &str)] = &[
    ("batch", "batch"),
    ("bulk", "bulk"),
    ("mass", "bulk"),
    ("multi", "bulk"),
];

/// The verb that `words` begin with. `reads` tells that the operation only reads, so that words
/// which are as often nouns are not taken for verbs, unless they are the usual ones.
pub fn leading(words: &[String], reads: bool) -> Option<Verb> {
    let (first, rest) = words.split_first()?;
    let first = first.to_lowercase();
    if let Some((_, before)) = BEFORE.iter().find(|(word, _)| *word == first)
        && let Some(verb) = leading(rest, false)
    {
        let text = format!("{before} {}", verb.text);
        let length = verb.length + 1;
        return Some(Verb {
            text,
            length,
            many: true,
            ..verb
        });
    }
    // `update` and its like are never nouns at the head of more words.
    let usual = [
        "list", "read", "view", "show", "query", "search", "count", "check", "lookup", "export",
        "compare", "preview", "load",
    ];
    if reads && ALSO_NOUNS.contains(&first.as_str()) && !usual.contains(&first.as_str()) {
        return None;
    }
    let plain = PLAIN.iter().find(|(word, ..)| *word == first);
    let (text, kind) = match plain {
        Some((_, text, kind)) => ((*text).to_owned(), *kind),
        None if ACTS.contains(&first.as_str()) => (first.clone(), Kind::Act),
        None => return None,
    };
    let is = |at: usize, word: &str| {
        words
            .get(at)
            .is_some_and(|other| other.to_lowercase() == word)
    };
    let verb = |text: String, kind, length| {
        Some(Verb {
            text,
            kind,
            length,
            many: false,
        })
    };
    if kind == Kind::Get && is(1, "all") {
        return verb("list".to_owned(), Kind::List, 2);
    }
    if matches!(kind, Kind::Get | Kind::Search) && is(1, "list") && words.len() == 2 {
        return verb("list".to_owned(), Kind::List, 2);
    }
    if matches!(first.as_str(), "get" | "find" | "look") && is(1, "up") {
        return verb("look up".to_owned(), Kind::Search, 2);
    }
    // `createOrUpdate`, `enableOrDisable`
    if (is(1, "or") || is(1, "and"))
        && let Some(other) = words.get(2..).and_then(|rest| leading(rest, false))
    {
        let with = words.get(1).cloned().unwrap_or_default();
        return verb(
            format!("{text} {with} {}", other.text),
            kind,
            2 + other.length,
        );
    }
    for particle in ["off", "out", "up", "down", "back", "over", "in"] {
        let goes = [
            "turn", "sign", "log", "opt", "check", "roll", "clean", "set", "top", "take", "scale",
            "start", "hand", "fail",
        ];
        if is(1, particle) && goes.contains(&first.as_str()) {
            return verb(format!("{text} {particle}"), Kind::Act, 2);
        }
    }
    verb(text, kind, 1)
}

/// Whether `verb` is as often a noun, so that more words behind it make it part of a name:
/// `login_links`, `transfer_reversals`.
pub fn makes_names(verb: &str) -> bool {
    const RARELY: [&str; 14] = [
        "set", "update", "change", "move", "copy", "mark", "start", "stop", "save", "check",
        "edit", "read", "list", "close",
    ];
    let verb = verb.split(' ').next().unwrap_or_default();
    ALSO_NOUNS.contains(&verb) && !RARELY.contains(&verb)
}

/// Whether `words` are one verb that is no noun.
pub fn is_only_a_verb(words: &[String]) -> bool {
    let [one] = words else {
        return false;
    };
    matches!(one.as_str(), "login" | "logout" | "search")
        || (ACTS.contains(&one.as_str()) && !ALSO_NOUNS.contains(&one.as_str()))
}

/// The verbs that most identifiers have.
const CRUD: [&str; 11] = [
    "create", "update", "delete", "get", "list", "add", "remove", "set", "retrieve", "patch", "put",
];

/// Whether `word` is one of the verbs that most identifiers have, and never a noun.
pub fn is_crud(word: &str) -> bool {
    CRUD.contains(&word) && !matches!(word, "list" | "set" | "put" | "patch")
}

/// Whether a verb begins `words` that may be a noun, and a plain one ends them: `issueCreate`.
pub fn ends_plainly(words: &[String]) -> bool {
    let is = |word: Option<&String>, among: &[&str]| {
        word.is_some_and(|word| among.contains(&word.as_str()))
    };
    let is_batch = words
        .first()
        .is_some_and(|first| BEFORE.iter().any(|(word, _)| first == word));
    words.len() > 1
        && !is_batch
        && is(words.first(), ALSO_NOUNS)
        && !is(words.first(), &CRUD)
        && is(words.last(), &CRUD)
}

/// The verb that `words` end with, behind at least one other.
pub fn trailing(words: &[String], reads: bool) -> Option<Verb> {
    for length in [3, 2, 1] {
        let Some((before, tail)) = words
            .len()
            .checked_sub(length)
            .and_then(|at| words.split_at_checked(at))
        else {
            continue;
        };
        if before.is_empty() {
            continue;
        }
        if length == 1 && tail.first().is_some_and(|word| word == "info") {
            return Some(Verb {
                text: "get".to_owned(),
                kind: Kind::Get,
                length: 1,
                many: false,
            });
        }
        let is_list = tail
            .first()
            .is_some_and(|word| word == "list" || word == "search" || word == "count");
        if let Some(verb) = leading(tail, reads && !is_list).filter(|verb| verb.length == length) {
            return Some(verb);
        }
    }
    None
}
