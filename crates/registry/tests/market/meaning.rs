//! Matches with an embedding model: a program of the operator's, here one in the shell that knows two directions.

use crate::house::{House, TOWN_A, house};
use platform::Ctx;
use platform::embedder::Embedder;
use registry::actions::matching::{Matches, match_preview};
use registry::rules::listing::Side;
use registry::rules::matching::Reason;
use std::sync::Arc;

/// Answers a vector for each text: texts that speak of 寿命 point one way, all others another.
const MODEL: &str = r#"
while read -r line; do
  vectors="" rest=$line more=1
  while [ $more = 1 ]; do
    case $rest in *'","'*) text=${rest%%'","'*} rest=${rest#*'","'};; *) text=$rest more=0;; esac
    case $text in *寿命*) vector="[1,0.1]";; *) vector="[0.1,1]";; esac
    vectors="$vectors${vectors:+,}$vector"
  done
  echo "{\"vectors\":[$vectors]}"
done
"#;

async fn asked(house: &House, ctx: &Ctx) -> Matches {
    match_preview(house.app(), ctx, "抛光硅片 检测 寿命", None, 5).await.expect("it is answered")
}

fn titles(matches: &Matches) -> Vec<&str> {
    matches.items.iter().map(|item| item.hit.title.as_str()).collect()
}

#[tokio::test]
async fn a_model_moves_answers_and_says_so() {
    let house = house().await;
    let organisation = house.listed("seller", "示例硅材", TOWN_A).await;
    assert!(!organisation.is_empty());
    let seller = house.person("seller").await;
    house.published(&seller, Side::Offer, "抛光硅片检测").await;
    house.published(&seller, Side::Offer, "抛光硅片使用寿命的评估与改进").await;
    house.0.settle().await;
    let visitor = house.visitor();

    let by_words = asked(&house, &visitor).await;
    let meaning = |matches: &Matches| {
        matches.items.iter().flat_map(|item| &item.reasons).filter(|r| matches!(r, Reason::Meaning(_))).count()
    };
    assert_eq!(meaning(&by_words), 0, "off by default");

    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("model.sh");
    std::fs::write(&script, MODEL).unwrap();
    house.app().extend(Arc::new(Embedder::new(&format!("sh {}", script.display())).unwrap()));
    let by_meaning = asked(&house, &visitor).await;
    assert_eq!(titles(&by_meaning)[0], "抛光硅片使用寿命的评估与改进", "{:?}", titles(&by_words));
    assert!(by_meaning.items[0].reasons.contains(&Reason::Meaning(100)), "{:?}", by_meaning.items[0].reasons);
    assert_eq!(meaning(&by_meaning), by_meaning.items.len(), "each answer says how near it is");

    house.app().extend(Arc::new(Embedder::new("sh -c exit").unwrap()));
    assert_eq!(titles(&asked(&house, &visitor).await), titles(&by_words), "a model that fails changes nothing");
}
