use crate::house::{House, house};
use roxmltree::{Document, Node};

const ATOM: &str = "http://www.w3.org/2005/Atom";

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.has_tag_name((ATOM, name)))
}

fn words<'a>(node: Node<'a, 'a>, name: &str) -> &'a str {
    let found = child(node, name).unwrap_or_else(|| panic!("{:?} has no {name}", node.tag_name()));
    found.text().unwrap_or_default()
}

/// RFC 3339 with an offset, as RFC 4287, section 3.3, wants it.
fn is_date(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    shape == "0000-00-00T00:00:00+00:00"
}

/// What RFC 4287, section 4.1, requires of a feed and of its entries; gives the titles.
fn valid(text: &str) -> Vec<String> {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")));
    assert!(words(feed, "id").starts_with("http://127.0.0.1:8060/feeds/"));
    assert!(!words(feed, "title").is_empty());
    assert!(is_date(words(feed, "updated")));
    assert!(!words(child(feed, "author").expect("an author"), "name").is_empty());
    let links = |node: Node<'_, '_>, rel: &str| {
        node.children().filter(|one| one.has_tag_name((ATOM, "link")) && one.attribute("rel") == Some(rel)).count()
    };
    assert_eq!((links(feed, "self"), links(feed, "alternate")), (1, 1));
    let entries = feed.children().filter(|child| child.has_tag_name((ATOM, "entry")));
    let mut seen = std::collections::HashSet::new();
    entries
        .map(|entry| {
            assert!(seen.insert(words(entry, "id").to_owned()), "an id stands twice");
            assert!(is_date(words(entry, "updated")));
            assert_eq!(links(entry, "alternate"), 1);
            words(entry, "title").to_owned()
        })
        .collect()
}

async fn feed(house: &House, path: &str) -> Vec<String> {
    let answer = house.0.visitor().get(path).await.good();
    assert_eq!(answer.headers["content-type"], "application/atom+xml; charset=utf-8");
    valid(&answer.text())
}

#[tokio::test]
async fn every_list_has_a_feed_of_what_everybody_may_read() {
    let house = house().await;
    let (ann, olga) = (house.plain("ann").await, house.officer("olga").await);
    house.organisation(&ann, &olga, "甲传感器有限公司").await;
    for empty in ["needs", "offers", "workstations", "poc"] {
        assert_eq!(feed(&house, &format!("/feeds/{empty}.atom")).await, Vec::<String>::new());
    }
    house.published(&ann, &olga, "寻找 <抛光> & 硅片").await;
    house.app().clock().advance_ms(3_600_000);
    house.published(&ann, &olga, "寻找封装服务").await;
    house.submitted(&ann, "还在审核的需求").await;
    house.0.settle().await;
    assert_eq!(
        feed(&house, "/feeds/needs.atom").await,
        ["寻找封装服务", "寻找 <抛光> & 硅片"],
        "newest first, nothing in review"
    );
    assert_eq!(feed(&house, "/feeds/needs.atom?city=990200").await, Vec::<String>::new(), "narrowed as the list is");
    assert!(feed(&house, "/feeds/organisations.atom").await.contains(&"甲传感器有限公司".to_owned()));
    assert_eq!(
        feed(&house, "/feeds/search.atom?q=%E5%B0%81%E8%A3%85%E6%9C%8D%E5%8A%A1&kind=need").await[0],
        "寻找封装服务"
    );
    let mut visitor = house.0.visitor();
    let page = visitor.get("/needs?city=990100&lang=en").await.good();
    page.shows(
        "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"Needs\" href=\"/feeds/needs.atom?city=990100\">",
    );
    visitor.get("/about").await.good().hides("application/atom+xml");
    visitor.get("/feeds/search.atom?year=x").await.is(422);
    house.0.finish().await;
}
