use super::*;
#[test]
fn adhoc_full() {
    let Ok(dir) = std::env::var("FULL_DIR") else { return };
    let dir = Path::new(&dir);
    let (engine, _) = open(dir);
    let value = vec![7u8; 1000];
    let mut n = 0u32; let mut full = 0;
    while full < 2000 {
        let key = format!("{n:06}");
        match wait(engine.commit(puts(&[(key.as_bytes(), &value)]))) {
            Ok(_) => n += 1,
            Err(StoreError::Full) => { full += 1; assert!(engine.get(b"000000").unwrap().is_some()); }
            Err(e) => panic!("{e:?} after {n} {:?}", engine.is_read_only()),
        }
    }
    eprintln!("full after {n}; ro {}", engine.is_read_only());
    fs::remove_file(dir.join("ballast")).unwrap();
    for m in 0..100u32 { let key = format!("x{m:06}"); wait(engine.commit(puts(&[(key.as_bytes(), &value)]))).unwrap(); }
    drop(engine);
    let (engine, opened) = open(dir);
    eprintln!("{opened:?} {}", engine.count(b"").unwrap());
    assert_eq!(engine.count(b"").unwrap(), u64::from(n) + 100);
}
#[test]
fn adhoc_speed() {
    if std::env::var("SPEED").is_err() { return }
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    let (engine, _) = EmbeddedEngine::open(dir.path(), &Options::default()).unwrap();
    let engine: SharedEngine = Arc::new(engine);
    let value = vec![7u8; 1000];
    for tasks in [1u32, 8, 64] {
        let each = 20000 / tasks.max(8);
        let start = tokio::time::Instant::now();
        let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
        rt.block_on(async {
            let all = (0..tasks).map(|t| { let engine = Arc::clone(&engine); let value = value.clone(); async move {
                for n in 0..each { engine.commit(puts(&[(format!("{tasks}/{t}/{n}").as_bytes(), &value)])).await.unwrap(); }
            }});
            futures_util::future::join_all(all).await;
        });
        let s = start.elapsed().as_secs_f64();
        eprintln!("{tasks} tasks: {:.0}/s", f64::from(each * tasks) / s);
    }
    let start = tokio::time::Instant::now();
    for n in 0..20000u32 { engine.get(format!("64/{}/{}", n % 64, n % 300).as_bytes()).unwrap(); }
    eprintln!("get {:.2}us", start.elapsed().as_secs_f64() / 20000. * 1e6);
    let start = tokio::time::Instant::now();
    let c = engine.count(b"").unwrap();
    eprintln!("count of {c}: {:?}", start.elapsed());
    let d2 = killed(dir.path());
    fs::remove_dir_all(d2.path().join("index")).unwrap();
    let start = tokio::time::Instant::now();
    let (_e, o) = EmbeddedEngine::open(d2.path(), &Options::default()).unwrap();
    eprintln!("rebuild {:?} {o:?}", start.elapsed());
    drop(_e);
    let start = tokio::time::Instant::now();
    let (_e, o) = EmbeddedEngine::open(d2.path(), &Options::default()).unwrap();
    eprintln!("clean open {:?} {o:?}", start.elapsed());
}
