//! The demo, played in this process.

use pack::Pack;
use platform::demo::{Cast, DEMO_PASSWORD};
use testkit::{Client, TestApp};

/// A house in which every capability has played its scenario.
pub async fn demo() -> TestApp {
    let house = TestApp::start(yilang::capabilities()).await;
    let pack = Pack::embedded_g60().expect("the built-in pack is valid");
    registry::pack_load(house.app(), &house.system(), &pack).await.expect("the pack loads");
    house.open_index().await;
    let cast = Cast::create(house.app()).await.expect("the accounts are made");
    for capability in house.app().capabilities() {
        if let Some(scenario) = capability.demo {
            scenario(house.app(), &cast).await.expect("the scenario plays");
        }
    }
    house.settle().await;
    house
}

/// Somebody of the demo, signed in.
pub async fn signed_in(house: &TestApp, login: &str) -> Client {
    let mut client = house.visitor();
    let fields = [("login", login), ("password", DEMO_PASSWORD), ("next", "/desk")];
    assert_eq!(client.form("/sign-in", &fields).await.redirect(), "/desk");
    client
}
