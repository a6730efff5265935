//! What people call the same thing. One table for all providers; nothing in it is meant for a
//! single one.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::stem;

/// How much a word of the same group counts: it means the same.
const SAME: f32 = 0.85;
/// It means nearly the same, or is called so by some providers.
const NEAR: f32 = 0.65;
/// It is found where the other is.
const AKIN: f32 = 0.4;

/// Words that stand for each other, and how much one counts where the other was asked for.
const GROUPS: &[(f32, &str)] = &[
    // What is done.
    (NEAR, "create add new make insert generate"),
    (NEAR, "create open start"),
    (NEAR, "delete remove destroy erase trash purge clear drop"),
    (
        NEAR,
        "update edit change modify patch set alter adjust rename replace",
    ),
    (
        NEAR,
        "get read show fetch retrieve view see describe detail info",
    ),
    (NEAR, "list browse enumerate index"),
    (NEAR, "search find query lookup filter"),
    (AKIN, "list search get find"),
    (NEAR, "send deliver submit dispatch email"),
    (NEAR, "post publish send write share tweet"),
    (NEAR, "cancel void abort stop terminate end discard"),
    (
        NEAR,
        "start begin run launch trigger execute dispatch initiate resume",
    ),
    (NEAR, "stop end pause finish halt"),
    (NEAR, "close complete finish resolve tick done solve"),
    (SAME, "copy duplicate clone"),
    (NEAR, "move transfer"),
    (SAME, "enable activate"),
    (SAME, "disable deactivate suspend"),
    (NEAR, "approve accept confirm acknowledge"),
    (SAME, "acknowledge ack"),
    (SAME, "reject decline deny refuse"),
    (NEAR, "upload attach import"),
    (NEAR, "download export content"),
    (AKIN, "archive delete hide"),
    (NEAR, "subscribe watch follow"),
    (SAME, "assign assignee assignment"),
    (AKIN, "assign owner responsible"),
    (NEAR, "schedule plan book reserve booking"),
    (
        NEAR,
        "verify check validate confirm verification validation",
    ),
    (SAME, "invite invitation"),
    (AKIN, "invite member add join"),
    (SAME, "subscribe subscription subscriber"),
    (SAME, "unsubscribe unsubscribed suppression optout"),
    (SAME, "pay payment payout"),
    (SAME, "deploy deployment"),
    (SAME, "transcribe transcription transcript"),
    (SAME, "translate translation"),
    (SAME, "sign signature signer"),
    (SAME, "analyze analyse analysis"),
    (SAME, "register registration registrant signup"),
    (SAME, "enroll enrol enrollment"),
    (SAME, "authorize authorise authorization"),
    (SAME, "authenticate authentication login"),
    (SAME, "react reaction emoji"),
    (NEAR, "star favorite favourite bookmark like"),
    (NEAR, "ban block kick suspend"),
    (NEAR, "mute silence snooze downtime"),
    (NEAR, "save store keep"),
    (NEAR, "mark flag"),
    (NEAR, "undo revert restore rollback"),
    (NEAR, "restore recover undelete untrash"),
    (SAME, "bulk batch many multiple several"),
    (NEAR, "recent latest last newest"),
    (NEAR, "convert conversion transform"),
    // Who.
    (NEAR, "user member person teammate colleague"),
    (AKIN, "user account agent employee contact admin"),
    (NEAR, "customer client buyer"),
    (AKIN, "customer contact subscriber person user"),
    (NEAR, "contact person subscriber"),
    (AKIN, "lead contact deal"),
    (SAME, "lead prospect"),
    (NEAR, "employee staff worker"),
    (NEAR, "team group"),
    (SAME, "org organization organisation"),
    (NEAR, "organization company business"),
    (AKIN, "organization workspace team account tenant"),
    (SAME, "vendor supplier"),
    (NEAR, "attendee participant guest invitee registrant"),
    (SAME, "follow follower following"),
    (NEAR, "follower fan subscriber"),
    (SAME, "attend attendee attendance"),
    (SAME, "review reviewer"),
    (SAME, "restart reboot"),
    (
        AKIN,
        "who person member user participant attendee recipient collaborator assignee follower",
    ),
    (
        AKIN,
        "someone person member user participant attendee recipient collaborator contact",
    ),
    (SAME, "whoami profile myself self me"),
    (AKIN, "whoami user account"),
    (NEAR, "author creator owner"),
    (NEAR, "collaborator contributor member"),
    // Messages.
    (SAME, "email mail"),
    (SAME, "email message"),
    (SAME, "sms text"),
    (NEAR, "sms message"),
    (NEAR, "text message"),
    (SAME, "dm directmessage"),
    (NEAR, "dm im message"),
    (NEAR, "message chat"),
    (NEAR, "channel room conversation chat"),
    (AKIN, "conversation thread message"),
    (NEAR, "reply answer respond response"),
    (AKIN, "reply comment conversation"),
    (NEAR, "comment note remark"),
    (NEAR, "inbox mailbox"),
    (NEAR, "campaign newsletter broadcast mailing"),
    (NEAR, "audience list segment"),
    (NEAR, "notification alert push"),
    (NEAR, "call phone dial ring"),
    (SAME, "phone telephone mobile"),
    (AKIN, "phone number"),
    (NEAR, "voice speech audio sound"),
    (NEAR, "recording record"),
    // Work.
    (NEAR, "issue ticket bug"),
    (AKIN, "ticket case request conversation"),
    (SAME, "task todo"),
    (AKIN, "task issue item card reminder"),
    (NEAR, "subtask checklist step"),
    (SAME, "pr pullrequest"),
    (NEAR, "pullrequest mergerequest pull pr mr"),
    (SAME, "mr mergerequest"),
    (AKIN, "pullrequest merge"),
    (SAME, "repo repository"),
    (AKIN, "repository project"),
    (NEAR, "pipeline workflow build job ci"),
    (AKIN, "build run deployment action"),
    (AKIN, "release version tag deployment"),
    (AKIN, "code content source file"),
    (AKIN, "commit change revision history"),
    (NEAR, "error exception crash"),
    (AKIN, "error issue"),
    (NEAR, "incident alert alarm outage"),
    (AKIN, "alert monitor"),
    (NEAR, "oncall shift rota"),
    (AKIN, "oncall schedule"),
    (NEAR, "sprint iteration cycle"),
    (NEAR, "label tag category"),
    (NEAR, "status state stage"),
    (AKIN, "status transition phase move"),
    (NEAR, "board kanban"),
    (NEAR, "hour time timesheet timeentry timer worklog"),
    (NEAR, "timeoff vacation leave absence holiday pto"),
    (NEAR, "payroll salary wage"),
    (AKIN, "function lambda script"),
    (NEAR, "variable env environment"),
    (NEAR, "secret credential password"),
    (AKIN, "key token secret"),
    (SAME, "webhook hook"),
    (AKIN, "webhook subscription callback notification"),
    (NEAR, "server instance vm machine droplet"),
    (NEAR, "server guild"),
    (AKIN, "server host"),
    (NEAR, "log audit"),
    (AKIN, "log activity history event"),
    (NEAR, "setting preference configuration config option"),
    (NEAR, "permission access role right acl"),
    (NEAR, "share sharing permission collaboration"),
    (AKIN, "share invite acl access collaborator"),
    // Time and places.
    (SAME, "event meeting appointment"),
    (NEAR, "booking event meeting appointment"),
    (AKIN, "calendar event agenda schedule"),
    (AKIN, "meeting call"),
    (SAME, "freebusy availability available"),
    (NEAR, "freebusy free busy slot"),
    (NEAR, "address location place"),
    (NEAR, "coordinates geocode geocoding latitude position"),
    (NEAR, "direction route way"),
    (NEAR, "weather forecast temperature"),
    // Money.
    (SAME, "invoice bill"),
    (AKIN, "billing bill invoice"),
    (NEAR, "payment charge pay transaction"),
    (AKIN, "payment paymentintent checkout"),
    (NEAR, "refund reimburse"),
    (NEAR, "subscription membership plan"),
    (NEAR, "price pricing cost plan"),
    (NEAR, "coupon discount promotion promo voucher"),
    (NEAR, "order purchase sale"),
    (SAME, "cart basket"),
    (NEAR, "product article item"),
    (AKIN, "product catalog catalogue"),
    (SAME, "stock inventory"),
    (NEAR, "store shop merchant"),
    (NEAR, "deal opportunity"),
    (NEAR, "quote estimate proposal"),
    (NEAR, "expense spending"),
    (
        NEAR,
        "shipment shipping delivery parcel fulfillment package",
    ),
    (SAME, "dispute chargeback"),
    (NEAR, "tax vat"),
    // What is kept.
    (NEAR, "file document attachment doc"),
    (AKIN, "file item object media content blob"),
    (SAME, "folder directory"),
    (NEAR, "image picture photo"),
    (AKIN, "image avatar logo media"),
    (NEAR, "video clip movie"),
    (NEAR, "song track music"),
    (NEAR, "row record entry line"),
    (AKIN, "record object item"),
    (NEAR, "column field property attribute"),
    (NEAR, "table database sheet"),
    (SAME, "spreadsheet workbook"),
    (AKIN, "spreadsheet sheet"),
    (NEAR, "cell range value"),
    (AKIN, "page document article"),
    (NEAR, "post tweet article"),
    (SAME, "form survey questionnaire"),
    (NEAR, "response answer submission reply"),
    (NEAR, "contract agreement envelope"),
    (NEAR, "website site domain"),
    (NEAR, "review rating feedback"),
    (NEAR, "statistic stat metric analytics insight report"),
    (AKIN, "report summary figure total"),
    (NEAR, "quota usage limit storage"),
    (NEAR, "subtitle caption transcript"),
    (NEAR, "completion chat prompt"),
    (SAME, "embed embedding vector"),
    (NEAR, "bin trash wastebasket"),
    (NEAR, "version revision history"),
];

/// Several words that are one: how they are written, and the one.
const PHRASES: &[(&str, &str)] = &[
    ("set up", "create"),
    ("spin up", "create"),
    ("get rid", "delete"),
    ("throw away", "delete"),
    ("take down", "delete"),
    ("check off", "complete"),
    ("tick off", "complete"),
    ("hang up", "end"),
    ("turn on", "enable"),
    ("turn off", "disable"),
    ("work log", "worklog"),
    ("log work", "worklog"),
    ("pull request", "pullrequest"),
    ("merge request", "mergerequest"),
    ("payment intent", "paymentintent"),
    ("text message", "sms"),
    ("direct message", "dm"),
    ("private message", "dm"),
    ("on call", "oncall"),
    ("time off", "timeoff"),
    ("time entry", "timeentry"),
    ("time sheet", "timesheet"),
    ("to do", "todo"),
    ("e mail", "email"),
    ("web hook", "webhook"),
    ("sub task", "subtask"),
    ("free busy", "freebusy"),
    ("look up", "lookup"),
    ("sign up", "signup"),
    ("log in", "login"),
    ("opt out", "optout"),
    ("who am i", "whoami"),
    ("current user", "whoami"),
    ("signed in", "whoami"),
    ("logged in", "whoami"),
    ("authenticated user", "whoami"),
    ("my profile", "whoami"),
    ("my account", "whoami"),
    ("my user", "whoami"),
];

static OTHERS: LazyLock<HashMap<String, Vec<(String, f32)>>> = LazyLock::new(|| {
    let mut others: HashMap<String, Vec<(String, f32)>> = HashMap::new();
    for (weight, group) in GROUPS {
        let stems: Vec<String> = group.split(' ').map(stem).collect();
        for one in &stems {
            let known = others.entry(one.clone()).or_default();
            for other in stems.iter().filter(|other| *other != one) {
                match known.iter_mut().find(|(word, _)| word == other) {
                    Some((_, best)) => *best = best.max(*weight),
                    None => known.push((other.clone(), *weight)),
                }
            }
        }
    }
    others
});

/// By the first stem: all stems, and the one word.
static JOINED: LazyLock<HashMap<String, Vec<Joined>>> = LazyLock::new(|| {
    let mut joined: HashMap<String, Vec<Joined>> = HashMap::new();
    for (written, one) in PHRASES {
        let stems: Vec<String> = written.split(' ').map(stem).collect();
        if let Some(first) = stems.first().cloned() {
            joined.entry(first).or_default().push((stems, stem(one)));
        }
    }
    joined
});

type Joined = (Vec<String>, String);

/// The words that may stand for `stem`, and how much each counts.
pub(super) fn of(stem: &str) -> &'static [(String, f32)] {
    OTHERS.get(stem).map_or(&[], Vec::as_slice)
}

/// The phrase that `stems` begin with: how many words it has, and the word that it is.
pub(super) fn phrase(stems: &[String]) -> Option<(usize, &'static str)> {
    JOINED
        .get(stems.first()?)?
        .iter()
        .find(|(written, _)| stems.starts_with(written))
        .map(|(written, one)| (written.len(), one.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_more_than_what_stands_for_it() {
        assert!(GROUPS.iter().all(|(weight, _)| *weight < 1.0));
        assert!(of(&stem("customer")).contains(&("client".to_owned(), NEAR)));
        assert!(of("zebra").is_empty());
    }

    #[test]
    fn phrases_are_found_at_the_beginning() {
        let found = |text: &str| phrase(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(found("pull request review"), Some((2, "pullrequest")));
        assert_eq!(found("review pull request"), None);
    }
}
