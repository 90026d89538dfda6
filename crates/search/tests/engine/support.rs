//! A small corridor to search in.

use std::sync::Arc;

use search::{Document, Filters, Index, Lexicon, LexiconSource, SearchRequest, SearchResponse, Synonym};

pub fn lexicon() -> Arc<Lexicon> {
    Arc::new(Lexicon::new(&source()).expect("built-in dictionaries"))
}

pub fn source() -> LexiconSource {
    LexiconSource {
        terms: ["大硅片", "抛光硅片", "揭榜挂帅", "概念验证中心", "拨投结合", "专精特新", "小巨人", "中试"]
            .map(str::to_owned)
            .to_vec(),
        names: ["上海超硅", "超硅"].map(str::to_owned).to_vec(),
        synonyms: vec![Synonym::new("姑苏", "苏州"), Synonym::new("MEMS", "微机电系统")],
        places: ["上海", "苏州", "嘉兴", "松江"].map(str::to_owned).to_vec(),
        readings: Vec::new(),
    }
}

pub fn chaogui() -> Document {
    Document {
        city: Some("310117".to_owned()),
        statuses: vec!["high_tech".to_owned()],
        segments: vec!["semiconductor/wafer".to_owned()],
        year: Some(2008),
        names: vec!["上海超硅".to_owned(), "超硅".to_owned()],
        body: "从事300mm/450mm 抛光硅片的研发与制造，打破了大硅片制造技术的垄断。".to_owned(),
        ..Document::new("o1", "organisation", "上海超硅半导体股份有限公司", "/organisations/o1")
    }
}

pub fn documents() -> Vec<Document> {
    let mut all = vec![chaogui()];
    all.push(Document {
        city: Some("330400".to_owned()),
        statuses: vec!["little_giant".to_owned(), "high_tech".to_owned()],
        segments: vec!["semiconductor/device".to_owned()],
        year: Some(2015),
        body: "氮化镓功率器件与传感器，8英寸产线。MEMS 代工。".to_owned(),
        ..Document::new("o2", "organisation", "嘉兴示例半导体有限公司", "/organisations/o2")
    });
    all.push(Document {
        city: Some("320500".to_owned()),
        segments: vec!["instrument".to_owned()],
        body: "苏州的纳米真空互联实验站，提供微机电系统与电子显微镜共享。".to_owned(),
        name_en: Some("Suzhou Nano Vacuum Station".to_owned()),
        ..Document::new("o3", "platform", "苏州纳米真空互联实验站", "/organisations/o3")
    });
    all.push(Document {
        city: Some("310117".to_owned()),
        year: Some(2021),
        body: "长三角G60科创走廊联席会议办公室发布揭榜挂帅榜单，概念验证中心与中试基地拨投结合。".to_owned(),
        ..Document::new("f1", "fact", "联席会议办公室", "/facts/f1")
    });
    all.push(Document {
        city: Some("500000".to_owned()),
        ..Document::new("o4", "organisation", "重庆长江传感技术研究院", "/organisations/o4")
    });
    all.push(Document {
        city: Some("341000".to_owned()),
        ..Document::new("o5", "organisation", "歙县茶业合作社", "/organisations/o5")
    });
    all.push(Document {
        kind: "need".to_owned(),
        city: Some("340100".to_owned()),
        segments: vec!["semiconductor/wafer".to_owned()],
        body: "需要12英寸抛光片，用于存储芯片。<b>加急</b> & 保密".to_owned(),
        demo: true,
        ..Document::new("n1", "need", "求购抛光片", "/needs/n1")
    });
    all
}

pub fn index() -> Index {
    filled(&documents())
}

pub fn filled(documents: &[Document]) -> Index {
    let index = Index::in_memory(lexicon()).expect("index");
    let mut writer = index.writer(1).expect("writer");
    for document in documents {
        writer.upsert(document).expect("document");
    }
    writer.commit(1).expect("commit");
    index
}

pub fn ask(text: &str) -> SearchRequest {
    SearchRequest { text: text.to_owned(), ..SearchRequest::default() }
}

pub fn search(index: &Index, text: &str) -> SearchResponse {
    index.search(&ask(text)).expect("answer")
}

pub fn ids(response: &SearchResponse) -> Vec<&str> {
    response.hits.iter().map(|hit| hit.id.as_str()).collect()
}

pub fn first(response: &SearchResponse) -> &str {
    response.hits.first().map_or("", |hit| hit.id.as_str())
}

pub fn only_city(city: &str) -> Filters {
    Filters { city: vec![city.to_owned()], ..Filters::default() }
}
