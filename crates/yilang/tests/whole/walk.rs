//! Everybody follows every link: none leads nowhere, every page of the route table is reachable, every form goes
//! somewhere, and no text is missing in either language.

use crate::stage::{demo, signed_in};
use axum::body::Body;
use axum::http::Method;
use platform::capability::Route;
use platform::demo::SIGN_INS;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use testkit::{Answer, Client};

/// Addresses looked at for one person, route and set of query parameters: enough to meet every state of a thing.
const SAME_MAX: usize = 6;
/// Prefix of what is for programs.
const API: &str = "/api/";
/// Answers that are no pages.
const STREAMS: [&str; 1] = ["/live"];

/// Pages that nothing in a finished demo links to, and why.
const UNLINKED: [&str; 13] = [
    "/sign-in/codes",                  // after a password, for whoever has a second factor
    "/sign-in/returns/{id}",           // where another house sends people back to
    "/log/tile/{*path}",               // for monitors, who work it out from the size of the log
    "/mail/addresses/{link}",          // mailed to the address
    "/mail/unsubscriptions/{link}",    // stands in mails
    "/experts/new",                    // the expert of the demo has entered himself already
    "/admin/imports/{id}",             // the demo imports nothing
    "/offers/{id}/check",              // the drafts of the demo are needs, whose page is the same
    "/contacts/{id}/receipts/{entry}", // shown once, after the request was sent
    "/needs/{id}/receipts/{entry}",    // shown once, after the step
    "/offers/{id}/receipts/{entry}",   // shown once, after the step
    "/first/{secret}",                 // printed on the terminal, once
    "/invite/{secret}",                // shown once to whoever invites
];

/// Calls of the demo are drafted, posed, vetted and open; what follows is gone through by the stories of `calls`.
const CALLS_LATER: [&str; 23] = [
    "/calls/{id}/amendments",
    "/calls/{id}/answers/{answer}",
    "/calls/{id}/answers/{answer}/files/{number}",
    "/calls/{id}/awards/{award}",
    "/calls/{id}/awards/{award}/contract",
    "/calls/{id}/awards/{award}/milestones/{number}",
    "/calls/{id}/draw-abandonments",
    "/calls/{id}/draws",
    "/calls/{id}/draws/new",
    "/calls/{id}/draws/{draw}/seats/{seat}",
    "/calls/{id}/money",
    "/calls/{id}/objections",
    "/calls/{id}/objections/new",
    "/calls/{id}/objections/{one}",
    "/calls/{id}/opening",
    "/calls/{id}/review/{form}",
    "/calls/{id}/selection",
    "/calls/{id}/waivers/{waiver}",
    "/reviewing",
    "/reviewing/answers/{task}",
    "/reviewing/answers/{task}/documents/{number}",
    "/reviewing/calls/{id}",
    "/reviewing/ties",
];
/// Calls of the demo are drafted, posed, vetted and open; what follows is gone through by the stories of `calls`.
const CALLS_LATER_FORMS: [&str; 54] = [
    "/calls/{id}/answers/{answer}/checks",
    "/calls/{id}/answers/{answer}/objections",
    "/calls/{id}/answers/{answer}/rechecks",
    "/calls/{id}/awards",
    "/calls/{id}/awards/{award}/claw-backs",
    "/calls/{id}/awards/{award}/claw-backs/{one}/decisions",
    "/calls/{id}/awards/{award}/claw-backs/{one}/payments",
    "/calls/{id}/awards/{award}/contracts",
    "/calls/{id}/awards/{award}/drops",
    "/calls/{id}/awards/{award}/milestones/{number}/confirmations",
    "/calls/{id}/awards/{award}/milestones/{number}/opinions",
    "/calls/{id}/awards/{award}/milestones/{number}/reports",
    "/calls/{id}/awards/{award}/milestones/{number}/returns",
    "/calls/{id}/awards/{award}/registrations",
    "/calls/{id}/awards/{award}/signatures/{side}",
    "/calls/{id}/awards/{award}/stops",
    "/calls/{id}/awards/{award}/stops/{one}/decisions",
    "/calls/{id}/checks",
    "/calls/{id}/circulations",
    "/calls/{id}/conflicts",
    "/calls/{id}/declinations",
    "/calls/{id}/discussions",
    "/calls/{id}/draw-abandonments",
    "/calls/{id}/draw-fixings",
    "/calls/{id}/draws",
    "/calls/{id}/draws/{draw}/seats/{seat}/commitments",
    "/calls/{id}/draws/{draw}/seats/{seat}/openings",
    "/calls/{id}/interview-endings",
    "/calls/{id}/interviews",
    "/calls/{id}/objections",
    "/calls/{id}/objections/{one}/admissions",
    "/calls/{id}/objections/{one}/panels",
    "/calls/{id}/objections/{one}/votes",
    "/calls/{id}/objections/{one}/withdrawals",
    "/calls/{id}/openings",
    "/calls/{id}/questions/{question}/answers",
    "/calls/{id}/questions/{question}/dismissals",
    "/calls/{id}/recalls",
    "/calls/{id}/rereleases",
    "/calls/{id}/review-closings",
    "/calls/{id}/review-payments",
    "/calls/{id}/reviewers",
    "/calls/{id}/rivals",
    "/calls/{id}/selections",
    "/calls/{id}/shortlists",
    "/calls/{id}/sittings",
    "/calls/{id}/tasks/{task}/replacements",
    "/calls/{id}/waivers",
    "/calls/{id}/waivers/{waiver}/decisions",
    "/reviewing/answers/{task}/recusals",
    "/reviewing/answers/{task}/scores",
    "/reviewing/calls/{id}/words",
    "/reviewing/ties",
    "/reviewing/ties/{id}/endings",
];

/// Forms that no page of a finished demo shows, and why.
const UNSHOWN: [&str; 38] = [
    "/sign-in/codes",                          // after a password, for whoever has a second factor
    "/sign-in/passkeys",                       // the address of the demo has no passkeys
    "/sign-in/passkeys/answers",               // behind the form that asks
    "/sign-in/providers/{id}",                 // no other house is named
    "/sign-in/returns/{id}",                   // where another house sends people back to
    "/account/passkeys",                       // the address of the demo has no passkeys
    "/account/passkeys/confirmations",         // behind the form that begins
    "/account/passkeys/{id}/removals",         // nobody has a passkey
    "/account/proofs/passkeys",                // in place of what was refused for want of a proof
    "/account/identities/{id}/links",          // no other house is named
    "/account/identities/{id}/removals",       // nobody has linked an identity
    "/account/factors/confirmations",          // behind the form that begins
    "/account/factors/removals",               // nobody has a second factor
    "/account/recovery-codes",                 // nobody has a second factor
    "/account/proofs",                         // in place of what was refused for want of a proof
    "/deliveries/{id}/replays",                // nothing was sent outside
    "/inbox/address/removals",                 // nobody has named an address
    "/mail/addresses/{link}",                  // behind a link that is mailed
    "/mail/unsubscriptions/{link}",            // behind a link that is mailed
    "/webhooks/{id}/removals",                 // nobody has made a webhook
    "/account/tokens/{id}/revocations",        // nobody has made an access token
    "/admin/accounts/{id}/enablings",          // nobody is disabled
    "/admin/accounts/{id}/factor-removals",    // nobody has a second factor
    "/admin/erasures/{id}/decisions",          // nobody has asked for an erasure
    "/admin/invites/{id}/revocations",         // no invitation is open
    "/admin/jobs/{id}/retries",                // no job has died
    "/admin/pack/proposals/{id}/decisions",    // there was one pack only
    "/experts",                                // the expert has entered himself already
    "/first/{secret}",                         // behind a link that is printed once
    "/invite/{secret}",                        // behind a link that is shown once
    "/members/{id}/acceptances",               // nobody is invited into an organisation
    "/offers/{id}/submissions",                // the drafts are needs, whose page is the same
    "/poc/{id}/centres",                       // every project has asked the one example centre
    "/poc/{id}/publications",                  // every project is public
    "/statuses/{id}/confirmations",            // no status waits for an office
    "/committees/{id}/seats/{number}/deals",   // no committee deals
    "/committees/{id}/seats/{number}/answers", // no committee checks
    "/rounds/{id}/seats/{number}/shares",      // no round waits for shares
];

/// What one person met.
#[derive(Default)]
struct Met {
    pages: BTreeSet<&'static str>,
    forms: BTreeSet<&'static str>,
    faults: Vec<String>,
}

/// The route table, cut once: thousands of addresses are looked up in it.
struct Table(HashMap<(&'static str, usize), Vec<Cut>>);

/// A row with the parts of its path.
type Cut = (&'static Route, Vec<&'static str>);

impl Table {
    fn new(routes: &'static [Route]) -> Table {
        let mut rows: HashMap<_, Vec<Cut>> = HashMap::new();
        for route in routes {
            let parts: Vec<&str> = route.path.split('/').collect();
            rows.entry((route.method.as_str(), parts.len())).or_default().push((route, parts));
        }
        Table(rows)
    }

    /// The row that answers an address; fixed words win over placeholders.
    fn row(&self, method: &'static str, path: &str) -> Option<&'static Route> {
        let parts: Vec<&str> = path.split('/').collect();
        let rows = self.0.get(&(method, parts.len()))?.iter();
        let fits =
            |pattern: &[&str]| pattern.iter().zip(&parts).all(|(want, have)| want.starts_with('{') || want == have);
        let found = rows.filter(|(_, pattern)| fits(pattern)).map(|(route, _)| *route);
        found.min_by_key(|route| route.path.matches('{').count())
    }
}

/// Values of an attribute in a page, unescaped.
fn attributes(page: &str, name: &str) -> Vec<String> {
    let opening = format!(" {name}=\"");
    let values = page.split(&opening).skip(1).filter_map(|rest| rest.split('"').next());
    values.map(|value| value.replace("&amp;", "&").replace("&#38;", "&")).collect()
}

/// Where forms lead: (method, address).
fn forms(page: &str) -> Vec<(&'static str, String)> {
    let heads = page.split("<form").skip(1).filter_map(|rest| rest.split('>').next());
    let mut found: Vec<(&'static str, String)> = heads
        .map(|head| {
            let post = head.contains("method=\"post\"");
            let action = attributes(head, "action").pop().unwrap_or_default();
            (if post { "POST" } else { "GET" }, action)
        })
        .collect();
    found.extend(attributes(page, "formaction").into_iter().map(|action| ("POST", action)));
    found
}

/// The address without fragment, if it is this site's.
fn own(href: &str) -> Option<String> {
    let address = href.split('#').next().unwrap_or_default();
    (address.starts_with('/') && !address.starts_with("//")).then(|| address.to_owned())
}

fn kind_of(route: &Route, address: &str) -> String {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let names: BTreeSet<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{names:?}", route.path)
}

/// Opens a page as a browser does.
async fn open(client: &mut Client, address: &str) -> Answer {
    client.send(Method::GET, address, None, Body::empty(), &[("accept", "text/html")]).await
}

async fn walk(table: Arc<Table>, who: String, mut client: Client) -> Met {
    let mut met = Met::default();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut often: HashMap<String, usize> = HashMap::new();
    let mut todo = VecDeque::from(
        ["/", "/my/organisation", "/desk"].map(|start| (start.to_owned(), "the address bar".to_owned())),
    );
    while let Some((address, from)) = todo.pop_front() {
        if !seen.insert(address.clone()) {
            continue;
        }
        let path = address.split('?').next().unwrap_or_default();
        let Some(route) = table.row("GET", path) else {
            if client.get(&address).await.status != 200 {
                met.faults.push(format!("{who}: {from} links to {address}, which does not exist"));
            }
            continue;
        };
        let count = often.entry(kind_of(route, &address)).or_default();
        *count += 1;
        if *count > SAME_MAX || STREAMS.contains(&route.path) {
            continue;
        }
        met.pages.insert(route.path);
        let answer = open(&mut client, &address).await;
        if answer.status.is_redirection() {
            if let Some(next) = own(&answer.redirect()) {
                todo.push_front((next, address));
            }
            continue;
        }
        if answer.status != 200 {
            met.faults.push(format!("{who}: {from} links to {address}, which answers {}", answer.status));
            continue;
        }
        if !answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
            continue;
        }
        let page = answer.text();
        for (method, action) in forms(&page) {
            let target = own(&action).unwrap_or_else(|| path.to_owned());
            match table.row(method, target.split('?').next().unwrap_or_default()) {
                Some(form) if method == "POST" => _ = met.forms.insert(form.path),
                Some(_) => todo.push_back((target, address.clone())),
                None => met.faults.push(format!("{who}: a form on {address} leads nowhere: {method} {target}")),
            }
        }
        todo.extend(attributes(&page, "href").iter().filter_map(|href| own(href)).map(|next| (next, address.clone())));
    }
    met
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_can_follow_every_link_and_reach_every_page() {
    let house = demo().await;
    let table: &'static [Route] = Vec::leak(platform::server::routes(house.app()));
    let rows = Arc::new(Table::new(table));
    let mut all = Met::default();
    let mut people = vec![
        ("visitor".to_owned(), house.visitor()),
        ("visitor reading English".to_owned(), house.visitor().english()),
    ];
    for card in SIGN_INS {
        people.push((card.login.to_owned(), signed_in(&house, card.login).await));
    }
    people.push(("songjiang reading English".to_owned(), signed_in(&house, "songjiang").await.english()));
    let walks: Vec<_> = people.into_iter().map(|(who, client)| tokio::spawn(walk(rows.clone(), who, client))).collect();
    for walked in walks {
        let met = walked.await.expect("nobody stumbles");
        assert!(met.pages.len() > 5, "somebody came only to {:?}", met.pages);
        all.pages.extend(met.pages);
        all.forms.extend(met.forms);
        all.faults.extend(met.faults);
    }
    assert_eq!(all.faults, Vec::<String>::new());
    assert_eq!(house.app().texts().missing(), Vec::<String>::new(), "texts that pages asked for");
    let of = |method: &str, met: &BTreeSet<&str>, known: &[&str]| -> Vec<&str> {
        let rows = table.iter().filter(|route| route.method.as_str() == method && !route.path.starts_with(API));
        let paths: BTreeSet<&str> = rows.map(|route| route.path).collect();
        paths.into_iter().filter(|path| !met.contains(path) && !known.contains(path)).collect()
    };
    let unlinked = of("GET", &all.pages, &[&UNLINKED[..], &STREAMS[..], &CALLS_LATER[..]].concat());
    let unshown = of("POST", &all.forms, &[&UNSHOWN[..], &CALLS_LATER_FORMS[..]].concat());
    let none = Vec::<&str>::new();
    assert_eq!((unlinked, unshown), (none.clone(), none), "pages without a way to them, actions without a form");
    house.finish().await;
}
