//! Identifiers taken apart into words.

/// Words that are written in capitals or in a way of their own, or are short for others. In order,
/// for a binary search.
const SPELLED: &[(&str, &str)] = &[
    ("2fa", "2FA"),
    ("acct", "account"),
    ("acl", "ACL"),
    ("acls", "ACLs"),
    ("ai", "AI"),
    ("api", "API"),
    ("apis", "APIs"),
    ("attr", "attribute"),
    ("attrs", "attributes"),
    ("auth", "authentication"),
    ("aws", "AWS"),
    ("bgp", "BGP"),
    ("cdn", "CDN"),
    ("cidr", "CIDR"),
    ("config", "configuration"),
    ("configs", "configurations"),
    ("cors", "CORS"),
    ("cpu", "CPU"),
    ("crm", "CRM"),
    ("csr", "CSR"),
    ("css", "CSS"),
    ("csv", "CSV"),
    ("cve", "CVE"),
    ("cvss", "CVSS"),
    ("db", "database"),
    ("dbs", "databases"),
    ("dest", "destination"),
    ("dkim", "DKIM"),
    ("dlp", "DLP"),
    ("dns", "DNS"),
    ("dnssec", "DNSSEC"),
    ("doc", "document"),
    ("docs", "documents"),
    ("ebay", "eBay"),
    ("env", "environment"),
    ("envs", "environments"),
    ("eu", "EU"),
    ("faq", "FAQ"),
    ("ftp", "FTP"),
    ("gcp", "GCP"),
    ("geojson", "GeoJSON"),
    ("github", "GitHub"),
    ("gitlab", "GitLab"),
    ("gpg", "GPG"),
    ("gps", "GPS"),
    ("gpu", "GPU"),
    ("graphql", "GraphQL"),
    ("html", "HTML"),
    ("http", "HTTP"),
    ("https", "HTTPS"),
    ("iam", "IAM"),
    ("iban", "IBAN"),
    ("id", "ID"),
    ("idp", "IdP"),
    ("ids", "IDs"),
    ("im", "IM"),
    ("imap", "IMAP"),
    ("info", "information"),
    ("ios", "iOS"),
    ("ip", "IP"),
    ("ips", "IPs"),
    ("ivr", "IVR"),
    ("json", "JSON"),
    ("jvm", "JVM"),
    ("jwt", "JWT"),
    ("kms", "KMS"),
    ("kpi", "KPI"),
    ("kyc", "KYC"),
    ("lang", "language"),
    ("langs", "languages"),
    ("ldap", "LDAP"),
    ("linkedin", "LinkedIn"),
    ("mdm", "MDM"),
    ("mfa", "MFA"),
    ("mms", "MMS"),
    ("mp3", "MP3"),
    ("msg", "message"),
    ("msgs", "messages"),
    ("nat", "NAT"),
    ("nfc", "NFC"),
    ("nft", "NFT"),
    ("nfts", "NFTs"),
    ("oauth", "OAuth"),
    ("oauth2", "OAuth 2"),
    ("ocr", "OCR"),
    ("oidc", "OIDC"),
    ("org", "organization"),
    ("orgs", "organizations"),
    ("otp", "OTP"),
    ("paypal", "PayPal"),
    ("pbx", "PBX"),
    ("pdf", "PDF"),
    ("pdfs", "PDFs"),
    ("perm", "permission"),
    ("perms", "permissions"),
    ("pgp", "PGP"),
    ("pii", "PII"),
    ("pin", "PIN"),
    ("pnl", "P&L"),
    ("pop", "POP"),
    ("pstn", "PSTN"),
    ("qr", "QR"),
    ("ram", "RAM"),
    ("rbac", "RBAC"),
    ("ref", "reference"),
    ("refs", "references"),
    ("repo", "repository"),
    ("repos", "repositories"),
    ("rest", "REST"),
    ("roi", "ROI"),
    ("rpc", "RPC"),
    ("rss", "RSS"),
    ("rtmp", "RTMP"),
    ("saml", "SAML"),
    ("sbom", "SBOM"),
    ("scim", "SCIM"),
    ("sdk", "SDK"),
    ("seo", "SEO"),
    ("seq", "sequence"),
    ("sftp", "SFTP"),
    ("sip", "SIP"),
    ("sku", "SKU"),
    ("skus", "SKUs"),
    ("sla", "SLA"),
    ("slo", "SLO"),
    ("slos", "SLOs"),
    ("smime", "S/MIME"),
    ("sms", "SMS"),
    ("smtp", "SMTP"),
    ("sql", "SQL"),
    ("ssh", "SSH"),
    ("ssl", "SSL"),
    ("sso", "SSO"),
    ("stat", "statistic"),
    ("stats", "statistics"),
    ("svg", "SVG"),
    ("tls", "TLS"),
    ("todo", "to-do"),
    ("todos", "to-dos"),
    ("totp", "TOTP"),
    ("tsp", "TSP"),
    ("tts", "TTS"),
    ("tv", "TV"),
    ("ui", "UI"),
    ("uri", "URI"),
    ("uris", "URIs"),
    ("url", "URL"),
    ("urls", "URLs"),
    ("usb", "USB"),
    ("usd", "USD"),
    ("utm", "UTM"),
    ("uuid", "UUID"),
    ("vat", "VAT"),
    ("vlan", "VLAN"),
    ("vm", "VM"),
    ("vms", "VMs"),
    ("vpc", "VPC"),
    ("vpcs", "VPCs"),
    ("vpn", "VPN"),
    ("vpp", "VPP"),
    ("whatsapp", "WhatsApp"),
    ("wifi", "Wi-Fi"),
    ("xml", "XML"),
    ("youtube", "YouTube"),
    ("zip", "ZIP"),
];

/// Words that stand together but are written as one in addresses.
const TWO_WORDS: &[(&str, &str)] = &[
    ("bankaccounts", "bank accounts"),
    ("bankaccount", "bank account"),
    ("creditmemo", "credit memo"),
    ("creditnotes", "credit notes"),
    ("creditnote", "credit note"),
    ("customfields", "custom fields"),
    ("customfield", "custom field"),
    ("lineitems", "line items"),
    ("lineitem", "line item"),
    ("paymentmethods", "payment methods"),
    ("paymentmethod", "payment method"),
    ("phonenumbers", "phone numbers"),
    ("phonenumber", "phone number"),
    ("pullrequests", "pull requests"),
    ("pullrequest", "pull request"),
    ("topups", "top-ups"),
    ("topup", "top-up"),
];

/// The words of an identifier: `listSIPDomains`, `list_sip_domains` and `list-SIP-domains` are
/// `list`, `SIP` and `domains`. In lower case, but for what is written in capitals.
pub fn words(text: &str) -> Vec<String> {
    let shouts = !text.chars().any(char::is_lowercase);
    let mut words = Vec::new();
    for part in text.split(|c: char| !c.is_alphanumeric()) {
        for piece in pieces(part) {
            let lower = piece.to_lowercase();
            if let Some((_, two)) = TWO_WORDS.iter().find(|(one, _)| *one == lower) {
                words.extend(two.split(' ').map(str::to_owned));
                continue;
            }
            let letters = piece.trim_end_matches('s');
            let is_acronym = !shouts
                && letters.chars().count() >= 2
                && letters.chars().all(|c| c.is_uppercase() || c.is_numeric())
                && letters.chars().any(char::is_uppercase);
            words.push(if is_acronym { piece } else { lower });
        }
    }
    joined(words)
}

/// Words that humps tear apart: `AddOns`, `eBooks`.
const TORN: &[(&str, &str, &str)] = &[
    ("add", "on", "add-on"),
    ("add", "ons", "add-ons"),
    ("check", "ins", "check-ins"),
    ("e", "book", "e-book"),
    ("e", "books", "e-books"),
    ("e", "mail", "email"),
    ("e", "mails", "emails"),
    ("follow", "ups", "follow-ups"),
    ("git", "hub", "github"),
    ("git", "lab", "gitlab"),
    ("i", "os", "ios"),
    ("mac", "os", "macOS"),
    ("o", "auth", "oauth"),
    ("o", "auth2", "oauth2"),
    ("opt", "ins", "opt-ins"),
    ("opt", "outs", "opt-outs"),
    ("pay", "pal", "paypal"),
    ("send", "as", "send-as"),
    ("sign", "ins", "sign-ins"),
    ("sign", "ups", "sign-ups"),
    ("to", "do", "todo"),
    ("to", "dos", "todos"),
    ("web", "hook", "webhook"),
    ("web", "hooks", "webhooks"),
    ("you", "tube", "youtube"),
];

fn joined(words: Vec<String>) -> Vec<String> {
    let mut whole: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let torn = whole.last().and_then(|before| {
            let is = |(one, two, _): &&(&str, &str, &str)| before == one && word == *two;
            TORN.iter().find(is)
        });
        match (torn, whole.last_mut()) {
            (Some((.., one)), Some(last)) => *last = (*one).to_owned(),
            _ => whole.push(word),
        }
    }
    whole
}

/// Splits at the humps: `listSIPDomains` is `list`, `SIP`, `Domains`; `userIDs` is `user`, `IDs`.
fn pieces(part: &str) -> Vec<String> {
    let chars: Vec<char> = part.chars().collect();
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for (at, c) in chars.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let next = chars.get(at + 1).copied();
        let after_next = chars.get(at + 2).copied();
        let is_lower = |c: Option<char>| c.is_some_and(char::is_lowercase);
        // An `s` behind capitals makes a plural of them.
        let plural_follows = next == Some('s') && !is_lower(after_next);
        let hump = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && is_lower(next) && !plural_follows)
            });
        if hump && !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push(c);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// The word as people read it: `API`, `repository`.
pub fn spelled(word: &str) -> String {
    let found = SPELLED
        .binary_search_by(|(known, _)| (*known).cmp(word))
        .ok()
        .and_then(|at| SPELLED.get(at));
    found.map_or_else(|| word.to_owned(), |(_, spelled)| (*spelled).to_owned())
}

/// Whether a word is an API's version: `v1`, `v2beta1`, `2010-04-01`, `1.0`.
pub fn is_version(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let number = lower.strip_prefix('v').unwrap_or(&lower);
    let had_v = number.len() < lower.len();
    let digits = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_digit() || ".-_".contains(c))
    };
    let mut rest = number;
    for word in ["alpha", "beta", "preview", "rc", "p"] {
        if let Some((before, after)) = number.split_once(word) {
            rest = if digits(after) { before } else { "x" };
            break;
        }
    }
    let starts = rest.starts_with(|c: char| c.is_ascii_digit());
    let is_date_or_point = number.contains(['.', '-']);
    starts && digits(rest) && (had_v || is_date_or_point) || lower == "v"
}

/// The first letter in upper case.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().collect::<String>() + chars.as_str(),
        None => String::new(),
    }
}
