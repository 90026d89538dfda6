//! Latencies over a million made-up organisations and offers.
//!
//! `cargo run --release -p search --example million -- [documents] [clients] [seconds] [folder]`
//!
//! In memory, or in a folder, which a second run finds filled. Processor time is told beside the latencies, because
//! they mean little while something else runs on the machine.
//!
//! The names look Chinese and mean nobody. Everything is derived from one seed,
//! so that two runs ask the same questions of the same documents.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use search::{
    Document, Filters, Index, Lexicon, LexiconSource, MatchRequest, Relation, SearchRequest, SegmentWeight, Synonym,
};

type Error = Box<dyn std::error::Error + Send + Sync>;

const CITIES: [(&str, &str); 9] = [
    ("松江", "310117"),
    ("嘉兴", "330400"),
    ("杭州", "330100"),
    ("金华", "330700"),
    ("苏州", "320500"),
    ("湖州", "330500"),
    ("宣城", "341800"),
    ("芜湖", "340200"),
    ("合肥", "340100"),
];
const BRAND: &str = "华中科创新智联芯微纳光电晶晟瑞博通达宏远泰恒盛嘉禾天元启明航宇星辰海川云腾飞龙凤鸣瑶琪琳珂珀璟瑾瑜\
瀚海澜沐清源润泽德诚信义仁和安康健美卓越领先锋锐利精密特新拓展途径方圆正大同合众力量子粒超越极限维度量衡恩慧思敏捷";
const TRADES: [&str; 40] = [
    "半导体",
    "集成电路",
    "光电",
    "新材料",
    "生物医药",
    "医疗器械",
    "智能装备",
    "机器人",
    "新能源",
    "动力电池",
    "传感技术",
    "激光",
    "精密仪器",
    "软件",
    "大数据",
    "云计算",
    "人工智能",
    "物联网",
    "航空航天",
    "卫星通信",
    "量子信息",
    "环保科技",
    "化工",
    "纺织",
    "汽车电子",
    "轨道交通",
    "显示技术",
    "食品",
    "农业科技",
    "检测技术",
    "自动化",
    "模具",
    "磁性材料",
    "碳纤维",
    "陶瓷",
    "膜材料",
    "氢能",
    "储能",
    "光伏",
    "工业互联网",
];
const WORDS: [&str; 96] = [
    "大硅片",
    "抛光硅片",
    "外延片",
    "光刻胶",
    "靶材",
    "电子特气",
    "刻蚀机",
    "薄膜沉积",
    "离子注入",
    "封装测试",
    "功率器件",
    "碳化硅",
    "氮化镓",
    "传感器",
    "微机电系统",
    "射频芯片",
    "存储芯片",
    "图像传感器",
    "激光雷达",
    "光模块",
    "光纤",
    "硅光",
    "显微镜",
    "质谱仪",
    "色谱",
    "基因测序",
    "抗体药物",
    "细胞治疗",
    "疫苗",
    "体外诊断",
    "影像设备",
    "手术机器人",
    "减速器",
    "伺服电机",
    "控制器",
    "机器视觉",
    "数控机床",
    "增材制造",
    "高温合金",
    "钛合金",
    "稀土永磁",
    "石墨烯",
    "纳米材料",
    "聚酰亚胺",
    "隔膜",
    "电解液",
    "正极材料",
    "负极材料",
    "燃料电池",
    "电解水制氢",
    "储氢罐",
    "逆变器",
    "光伏组件",
    "风电叶片",
    "充电桩",
    "车载芯片",
    "线控底盘",
    "毫米波雷达",
    "自动驾驶",
    "智能座舱",
    "卫星载荷",
    "星载天线",
    "火箭发动机",
    "无人机",
    "复合材料",
    "量子计算",
    "量子通信",
    "单光子探测",
    "稀释制冷机",
    "密码芯片",
    "区块链",
    "大模型",
    "知识图谱",
    "语音识别",
    "工业软件",
    "数字孪生",
    "边缘计算",
    "数据中心",
    "液冷",
    "水处理",
    "膜分离",
    "固废处置",
    "碳捕集",
    "检验检测",
    "计量校准",
    "中试放大",
    "概念验证",
    "技术转移",
    "成果转化",
    "小试",
    "量产",
    "国产替代",
    "工艺开发",
    "可靠性",
    "良率",
    "热管理",
];
const PHRASES: [&str; 16] = [
    "致力于",
    "的研发与产业化",
    "打破了国外垄断",
    "已实现批量供货",
    "拥有自主知识产权",
    "面向长三角客户提供",
    "寻求联合攻关",
    "通过省级鉴定",
    "建有工程技术研究中心",
    "年产能达到",
    "服务于头部企业",
    "填补国内空白",
    "可对外开放共享",
    "诚邀合作伙伴",
    "入选重点项目",
    "完成样机验证",
];

/// A small generator (`SplitMix64`), enough to make texts up.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap_or(0)
    }

    /// Early items more often than late ones, as words are.
    fn skewed<'a>(&mut self, items: &[&'a str]) -> &'a str {
        let a = self.below(items.len());
        let b = self.below(items.len());
        items[a.min(b)]
    }
}

struct Maker {
    brand: Vec<char>,
    sizes: [&'static str; 6],
}

impl Maker {
    fn name(&self, random: &mut Random) -> (String, String, &'static str) {
        let (city, adcode) = CITIES[random.below(CITIES.len())];
        let mut brand = String::new();
        for _ in 0..2 + random.below(2) {
            brand.push(self.brand[random.below(self.brand.len())]);
        }
        let trade = TRADES[random.below(TRADES.len())];
        let ending = ["有限公司", "股份有限公司", "科技有限公司", "有限责任公司"][random.below(4)];
        (format!("{city}{brand}{trade}{ending}"), format!("{city}{brand}"), adcode)
    }

    fn text(&self, random: &mut Random, parts: usize) -> String {
        let mut text = String::new();
        for _ in 0..parts {
            text.push_str(PHRASES[random.below(PHRASES.len())]);
            text.push_str(random.skewed(&WORDS));
            if random.below(4) == 0 {
                text.push_str(self.sizes[random.below(self.sizes.len())]);
            }
            text.push_str(if random.below(2) == 0 { "，" } else { "、" });
            text.push_str(random.skewed(&WORDS));
            text.push('。');
        }
        text
    }

    fn document(&self, random: &mut Random, number: usize) -> Document {
        let (name, short, adcode) = self.name(random);
        let organisation = random.below(10) < 6;
        let segment = random.below(120);
        let parts = 2 + random.below(3);
        let body = self.text(random, parts);
        let (kind, title, names) = if organisation {
            ("organisation", name, vec![short])
        } else {
            ("offer", format!("{}{}", random.skewed(&WORDS), ["技术", "服务", "设备", "合作"][random.below(4)]), vec![])
        };
        Document {
            city: Some(adcode.to_owned()),
            statuses: (random.below(3) == 0).then(|| "high_tech".to_owned()).into_iter().collect(),
            segments: vec![format!("chain{}/segment{segment}", segment / 10)],
            year: Some(2000 + i64::try_from(random.below(26)).unwrap_or(0)),
            names,
            body,
            ..Document::new(format!("d{number}"), kind, title, format!("/{kind}s/d{number}"))
        }
    }

    /// The mix of questions: words, names, parts of names, pinyin, sentences, filters.
    fn question(&self, random: &mut Random, facets: bool) -> SearchRequest {
        let word = random.skewed(&WORDS).to_owned();
        let mut filters = Filters::default();
        let text = match random.below(10) {
            0 | 1 => word,
            2 | 3 => format!("{word} {}", random.skewed(&WORDS)),
            4 => self.name(random).0,
            5 => self.name(random).1,
            6 => format!("{}{}", CITIES[random.below(9)].0, TRADES[random.below(40)]),
            7 => ["hangzhou", "zhongxin", "bandaoti", "hfgd", "szxc", "jiaxing zhonghe"][random.below(6)].to_owned(),
            8 => format!("谁能提供{word}的{}", PHRASES[random.below(16)]),
            _ => {
                filters.city = vec![CITIES[random.below(9)].1.to_owned()];
                word
            }
        };
        SearchRequest { text, filters, limit: 20, offset: 0, facets }
    }

    fn need(&self, random: &mut Random) -> MatchRequest {
        let text = format!(
            "我公司{}{}，需要{}的{}，要求{}，用于{}产线，希望在长三角寻找合作单位。",
            PHRASES[random.below(16)],
            random.skewed(&WORDS),
            self.sizes[random.below(6)],
            random.skewed(&WORDS),
            PHRASES[random.below(16)],
            random.skewed(&WORDS),
        );
        let segment = random.below(120);
        let relation = |id: usize, relation, weight| SegmentWeight {
            id: format!("chain{}/segment{id}", id / 10),
            relation,
            weight,
        };
        MatchRequest {
            text,
            segments: vec![
                relation(segment, Relation::Same, 1.0),
                relation((segment + 1) % 120, Relation::Upstream, 0.5),
                relation((segment + 7) % 120, Relation::Downstream, 0.4),
            ],
            kinds: vec!["organisation".to_owned(), "offer".to_owned()],
            ..MatchRequest::default()
        }
    }
}

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let mut number =
        |otherwise: usize| arguments.next().map_or(Ok(otherwise), |text| text.parse()).map_err(Error::from);
    let (documents, clients, seconds) = (number(1_000_000)?, number(4)?, number(10)? as u64);
    let folder = std::env::args().nth(4).map(std::path::PathBuf::from);
    let maker = Arc::new(Maker {
        brand: BRAND.chars().collect(),
        sizes: ["300mm", "200mm", "12英寸", "5微米", "28纳米", "500kW"],
    });

    let started = Instant::now();
    let lexicon = Arc::new(Lexicon::new(&LexiconSource {
        terms: WORDS.iter().chain(&TRADES).map(|word| (*word).to_owned()).collect(),
        places: CITIES.iter().map(|(city, _)| (*city).to_owned()).collect(),
        synonyms: vec![Synonym::new("姑苏", "苏州")],
        ..LexiconSource::default()
    })?);
    println!("lexicon: {:?}", started.elapsed());
    let index = filled(&maker, lexicon, documents, folder.as_deref())?;

    let run =
        |name: &str, ask: &(dyn Fn(&mut Random) -> Result<(), Error> + Sync)| measure(name, clients, seconds, ask);
    run("search, first page", &|random| Ok(index.search(&maker.question(random, false)).map(drop)?))?;
    run("search, first page and facets", &|random| Ok(index.search(&maker.question(random, true)).map(drop)?))?;
    run("candidates for a need", &|random| Ok(index.candidates(&maker.need(random)).map(drop)?))?;
    slowest(&index, &maker)?;
    Ok(())
}

fn filled(
    maker: &Maker,
    lexicon: Arc<Lexicon>,
    documents: usize,
    folder: Option<&std::path::Path>,
) -> Result<Index, Error> {
    let index = match folder {
        Some(folder) => {
            let opened = Index::open(folder, lexicon)?;
            if !opened.rebuild_needed && opened.index.len() == documents {
                return Ok(opened.index);
            }
            opened.index
        }
        None => Index::in_memory(lexicon)?,
    };
    let (started, busy) = (Instant::now(), processor_time());
    let told = |what: &str| println!("{what}: {:?}, processor {:?}", started.elapsed(), processor_time() - busy);
    let mut writer = index.writer(2)?;
    writer.clear()?;
    let mut random = Random(2026);
    for number in 0..documents {
        writer.insert_new(&maker.document(&mut random, number))?;
        if number == 100_000 {
            told("first 100,000 documents");
        }
    }
    writer.commit(1)?;
    told("indexed and committed");
    writer.finish()?;
    told("merged");
    Ok(index)
}

/// Processor time of this process so far; zero where the system does not tell.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15, counted after the name in brackets: ticks of 10 ms in the program and in the system.
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Duration::from_millis(ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Runs several clients for a while and prints the quantiles.
fn measure(
    name: &str,
    clients: usize,
    seconds: u64,
    ask: &(dyn Fn(&mut Random) -> Result<(), Error> + Sync),
) -> Result<(), Error> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let busy = processor_time();
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients as u64)
            .map(|client| {
                scope.spawn(move || {
                    let mut random = Random(client + 1);
                    let mut times = Vec::new();
                    while Instant::now() < until {
                        let started = Instant::now();
                        ask(&mut random)?;
                        times.push(started.elapsed());
                    }
                    Ok::<_, Error>(times)
                })
            })
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().map_err(|_| Error::from("a client panicked"))?)
            .collect::<Result<Vec<_>, Error>>()
    })?
    .concat();
    times.sort_unstable();
    let quantile = |q: usize| times.get(times.len() * q / 1000).copied().unwrap_or_default();
    println!(
        "{name}: {} questions, {} a second, p50 {:?}, p90 {:?}, p99 {:?}, max {:?}, processor {:?} a question",
        times.len(),
        times.len() as u64 / seconds.max(1),
        quantile(500),
        quantile(900),
        quantile(990),
        times.last().copied().unwrap_or_default(),
        (processor_time() - busy) / u32::try_from(times.len().max(1))?,
    );
    Ok(())
}

/// Prints the slowest questions of a sequence asked alone, to know where to look.
fn slowest(index: &Index, maker: &Maker) -> Result<(), Error> {
    let mut random = Random(99);
    let mut asked = Vec::new();
    for _ in 0..400 {
        let request = maker.question(&mut random, false);
        let started = Instant::now();
        let response = index.search(&request)?;
        asked.push((started.elapsed(), request.text, response.total, response.relaxed));
    }
    asked.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
    for (time, text, total, relaxed) in asked.iter().take(12) {
        println!("{time:?} {text} ({total}{})", if *relaxed { ", relaxed" } else { "" });
    }
    Ok(())
}
