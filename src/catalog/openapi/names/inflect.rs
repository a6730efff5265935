//! English, as far as titles need it: one and many, and articles.

/// Words of which there is no number.
const UNCOUNTABLE: &[&str] = &[
    "access",
    "advice",
    "analytics",
    "audio",
    "authentication",
    "availability",
    "billing",
    "capacity",
    "compliance",
    "consumption",
    "content",
    "data",
    "diagnostics",
    "equipment",
    "feedback",
    "health",
    "help",
    "history",
    "information",
    "infrastructure",
    "insight",
    "inventory",
    "logistics",
    "mail",
    "media",
    "metadata",
    "news",
    "performance",
    "pricing",
    "revenue",
    "security",
    "software",
    "staff",
    "storage",
    "support",
    "traffic",
    "usage",
    "weather",
    "free",
    "local",
    "mobile",
    "voip",
    "zen",
];

/// Words that end in `s` and are one.
const ONE_IN_S: &[&str] = &[
    "abs",
    "alias",
    "analysis",
    "atlas",
    "axis",
    "basis",
    "bias",
    "bonus",
    "bus",
    "campus",
    "canvas",
    "census",
    "chassis",
    "consensus",
    "corpus",
    "dns",
    "focus",
    "gas",
    "gps",
    "https",
    "ios",
    "kms",
    "kubernetes",
    "lens",
    "mms",
    "pos",
    "radius",
    "redis",
    "rss",
    "sms",
    "status",
    "surplus",
    "synopsis",
    "tls",
    "tts",
    "virus",
    "css",
    "cors",
    "aws",
    "os",
    "us",
    "sis",
    "gis",
    "sls",
    "acs",
    "vms",
    "send-as",
];

const IRREGULAR: &[(&str, &str)] = &[
    ("alias", "aliases"),
    ("analysis", "analyses"),
    ("appendix", "appendices"),
    ("axis", "axes"),
    ("basis", "bases"),
    ("bonus", "bonuses"),
    ("bus", "buses"),
    ("calculus", "calculuses"),
    ("campus", "campuses"),
    ("canvas", "canvases"),
    ("cache", "caches"),
    ("child", "children"),
    ("criterion", "criteria"),
    ("curriculum", "curricula"),
    ("foot", "feet"),
    ("gas", "gases"),
    ("half", "halves"),
    ("hypothesis", "hypotheses"),
    ("index", "indexes"),
    ("knife", "knives"),
    ("leaf", "leaves"),
    ("lens", "lenses"),
    ("life", "lives"),
    ("man", "men"),
    ("matrix", "matrices"),
    ("mouse", "mice"),
    ("movie", "movies"),
    ("cookie", "cookies"),
    ("person", "people"),
    ("quiz", "quizzes"),
    ("series", "series"),
    ("shelf", "shelves"),
    ("species", "species"),
    ("status", "statuses"),
    ("synopsis", "synopses"),
    ("tie", "ties"),
    ("vertex", "vertices"),
    ("virus", "viruses"),
    ("woman", "women"),
];

/// Forms of one that [`IRREGULAR`] does not make.
const OTHER_PLURALS: &[(&str, &str)] = &[
    ("indices", "index"),
    ("persons", "person"),
    ("addresses", "address"),
    ("accesses", "access"),
    ("processes", "process"),
    ("businesses", "business"),
    ("classes", "class"),
    ("passes", "pass"),
    ("witnesses", "witness"),
    ("releases", "release"),
    ("databases", "database"),
    ("purchases", "purchase"),
    ("expenses", "expense"),
    ("licenses", "license"),
    ("responses", "response"),
    ("courses", "course"),
    ("leases", "lease"),
    ("warehouses", "warehouse"),
    ("cases", "case"),
    ("phases", "phase"),
    ("bases", "base"),
    ("pauses", "pause"),
    ("causes", "cause"),
    ("clauses", "clause"),
    ("uses", "use"),
    ("aches", "ache"),
    ("axes", "axis"),
    ("heroes", "hero"),
    ("matches", "match"),
    ("branches", "branch"),
    ("batches", "batch"),
    ("caches", "cache"),
];

/// Whether `word` means several, or has no number to tell it by.
pub fn is_plural(word: &str) -> bool {
    let lower = word.to_lowercase();
    let lower = lower.as_str();
    if IRREGULAR.iter().any(|(_, many)| *many == lower) {
        return true;
    }
    lower.len() > 2
        && lower.ends_with('s')
        && !lower.ends_with("ss")
        && !lower.ends_with("ous")
        && !ONE_IN_S.contains(&lower)
        && !is_uncountable(lower)
}

/// Whether there is no "a" of it and no plural.
pub fn is_uncountable(word: &str) -> bool {
    UNCOUNTABLE.contains(&word.to_lowercase().as_str())
}

/// One of what `word` means.
pub fn singular(word: &str) -> String {
    let lower = word.to_lowercase();
    if !is_plural(&lower) {
        return word.to_owned();
    }
    if let Some((one, _)) = IRREGULAR.iter().find(|(_, many)| *many == lower) {
        return (*one).to_owned();
    }
    if let Some((_, one)) = OTHER_PLURALS.iter().find(|(many, _)| *many == lower) {
        return (*one).to_owned();
    }
    let without = |end: &str| word.strip_suffix(end);
    if let Some(stem) = without("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    for end in ["sses", "shes", "ches", "xes", "zzes"] {
        if let Some(stem) = lower.strip_suffix(end) {
            let kept = end.strip_suffix("es").unwrap_or(end);
            return format!("{stem}{kept}");
        }
    }
    without("s").unwrap_or(word).to_owned()
}

/// Several of what `word` means.
pub fn plural(word: &str) -> String {
    let lower = word.to_lowercase();
    if is_plural(&lower) || is_uncountable(&lower) {
        return word.to_owned();
    }
    if let Some((_, many)) = IRREGULAR.iter().find(|(one, _)| *one == lower) {
        return (*many).to_owned();
    }
    if word.chars().all(|c| c.is_uppercase() || c.is_numeric()) {
        return format!("{word}s");
    }
    let before_last = lower.chars().rev().nth(1);
    let is_vowel = before_last.is_some_and(|c| "aeiou".contains(c));
    if let Some(stem) = word.strip_suffix('y').filter(|_| !is_vowel) {
        return format!("{stem}ies");
    }
    let hisses = ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| lower.ends_with(end));
    if hisses {
        format!("{word}es")
    } else {
        format!("{word}s")
    }
}

/// `a` or `an`, by how `word` sounds.
pub fn article(word: &str) -> &'static str {
    let letters: String = word.chars().take_while(|c| c.is_alphanumeric()).collect();
    let is_spelled = letters.len() >= 2
        && letters
            .trim_end_matches('s')
            .chars()
            .all(|c| c.is_uppercase() || c.is_numeric());
    let lower = letters.to_lowercase();
    let first = lower.chars().next().unwrap_or('x');
    // Spoken as a word.
    let is_said = [
        "SIP", "SAML", "SKU", "SCIM", "NAT", "RAM", "LAN", "SIM", "SLO",
    ];
    if is_spelled && !is_said.contains(&letters.trim_end_matches('s')) {
        return if "aefhilmnorsx8".contains(first) {
            "an"
        } else {
            "a"
        };
    }
    let silent_h = ["hour", "honor", "honest", "heir"]
        .iter()
        .any(|start| lower.starts_with(start));
    let like_you = [
        "uni", "use", "usa", "usu", "uti", "url", "uri", "uuid", "eu", "one", "once", "ufo", "utm",
        "usb",
    ];
    let like_you = like_you.iter().any(|start| lower.starts_with(start))
        && !["unin", "unim", "unid"]
            .iter()
            .any(|start| lower.starts_with(start));
    let vowel = "aeiou".contains(first);
    if silent_h || (vowel && !like_you) {
        "an"
    } else {
        "a"
    }
}

/// Words that say of which kind something is, and are no name of it.
const ADJECTIVES: &[&str] = &[
    "accessible",
    "active",
    "all",
    "available",
    "current",
    "default",
    "defaults",
    "inactive",
    "latest",
    "newest",
    "own",
    "pending",
    "personal",
    "popular",
    "previous",
    "private",
    "public",
    "recent",
    "top",
    "trending",
    "upcoming",
    "unread",
    "visible",
    "hidden",
    "global",
    "featured",
    "new",
];

/// Words in `-ed` that are names of something.
const NAMES_IN_ED: &[&str] = &[
    "embed", "feed", "seed", "speed", "need", "bed", "breed", "shed", "red", "id", "deed",
    "thread", "lead", "unified",
];

/// Whether `word` tells of which kind something is: `latest`, `archived`.
pub fn is_adjective(word: &str) -> bool {
    let lower = word.to_lowercase();
    let lower = lower.as_str();
    ADJECTIVES.contains(&lower) || is_participle(lower)
}

/// Whether `word` tells what has been done to something: `starred`.
pub fn is_participle(word: &str) -> bool {
    let lower = word.to_lowercase();
    lower.len() > 4 && lower.ends_with("ed") && !NAMES_IN_ED.contains(&lower.as_str())
}
