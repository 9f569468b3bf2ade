//! Addresses that must not be reached, in every way of writing them.

use super::*;

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A fetcher without exceptions that knows these names.
fn strict(names: &Arc<Names>) -> Result<Fetcher, FetchError> {
    Fetcher::new(FetchSettings {
        lookup: Arc::<Names>::clone(names),
        ..FetchSettings::from(FetchConfig::default())
    })
}

#[tokio::test]
async fn a_loopback_address_is_refused_however_it_is_written() -> TestResult {
    let server = Server::answering(ANSWER).await?;
    let port = server.address().port();
    let names = Names::of(&[])?;
    let fetcher = strict(&names)?;
    for host in [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.0.0.0x1",
        "0X7F.1",
        "%31%32%37.0.0.1",
        "１２７.０.０.１",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    ] {
        let url = format!("http://{host}:{port}/");
        let error = refused!(
            fetcher.open(&url, 9).await,
            FetchError::ForbiddenAddress { .. }
        );
        assert!(error.to_string().contains("not public"), "{error}");
    }
    assert_eq!(names.asked(), 0, "an address needs no look-up");
    assert_eq!(server.heads().len(), 0);
    Ok(())
}

#[tokio::test]
async fn private_local_and_metadata_addresses_are_refused() -> TestResult {
    let fetcher = strict(&Names::of(&[])?)?;
    for url in [
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.0.1:8080/",
        "http://100.64.0.1/",
        "http://169.254.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2852039166/latest/meta-data/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[fd00:ec2::254]/latest/meta-data/",
        "http://[fd20:ce::254]/",
        "http://168.63.129.16/",
        "http://100.100.100.200/",
        "http://192.0.0.192/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://240.0.0.1/",
        "http://192.0.2.1/",
        "http://198.18.0.1/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[ff02::1]/",
    ] {
        let opened = fetcher.open(url, 9).await;
        refused!(opened, FetchError::ForbiddenAddress { .. });
    }
    Ok(())
}

#[tokio::test]
async fn a_url_that_is_none_or_of_another_kind_is_refused() -> TestResult {
    let fetcher = strict(&Names::of(&[])?)?;
    for url in [
        "",
        "example.org/a",
        "http://",
        "http:///",
        "http://[::1",
        "http://1.2.3.4.5/",
        "http://256.256.256.256/",
        "http://4294967296/",
        "http://[fe80::1%25lo]/",
        "http://a b/",
        "http://example.org:0/",
        "http://example.org:65536/",
    ] {
        refused!(fetcher.open(url, 9).await, FetchError::InvalidUrl(_));
    }
    let long = format!("http://example.org/{}", "a".repeat(9000));
    refused!(fetcher.open(&long, 9).await, FetchError::InvalidUrl(_));
    for url in [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://x/",
        "data:,x",
        "ws://x/",
    ] {
        refused!(fetcher.open(url, 9).await, FetchError::Scheme(_));
    }
    for url in [
        "http://u@example.org/",
        "http://u:p@example.org/",
        "http://:p@example.org/",
    ] {
        let error = refused!(fetcher.open(url, 9).await, FetchError::Credentials);
        assert!(!error.to_string().contains("example"), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_of_a_forbidden_address_is_refused_as_a_whole() -> TestResult {
    let names = Names::of(&[
        ("private.test", &[&["10.0.0.1"]]),
        ("loopback.test", &[&["127.0.0.1"]]),
        ("metadata.test", &[&["169.254.169.254"]]),
        ("mapped.test", &[&["::ffff:127.0.0.1"]]),
        ("nat64.test", &[&["64:ff9b::a00:1"]]),
        ("unique.test", &[&["fd00::1"]]),
        (
            "mixed.test",
            &[&["1.1.1.1", "2606:4700::1111", "192.168.0.1"]],
        ),
        ("none.test", &[&[]]),
    ])?;
    let fetcher = strict(&names)?;
    for name in [
        "private", "loopback", "metadata", "mapped", "nat64", "unique", "mixed",
    ] {
        let opened = fetcher.open(&format!("http://{name}.test/"), 9).await;
        let error = refused!(opened, FetchError::ForbiddenAddress { .. });
        let text = format!("{error} {error:?}");
        assert!(text.contains(&format!("{name}.test")), "{text}");
        assert!(
            !text.contains(['[', '/']) && !text.contains("0.1"),
            "{text}"
        );
    }
    for name in ["none.test", "unknown.test"] {
        let opened = fetcher.open(&format!("http://{name}/"), 9).await;
        refused!(opened, FetchError::UnknownHost { host, .. } if host == name);
    }
    Ok(())
}

#[tokio::test]
async fn the_systems_name_for_this_machine_is_refused() -> TestResult {
    let server = Server::answering(ANSWER).await?;
    let fetcher = Fetcher::new(FetchConfig::default().into())?;
    let url = format!("http://localhost:{}/", server.address().port());
    refused!(
        fetcher.open(&url, 9).await,
        FetchError::ForbiddenAddress { .. }
    );
    assert_eq!(server.heads().len(), 0);
    Ok(())
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_connected_to_where_it_was_checked() -> TestResult {
    let checked = Server::answering(ANSWER).await?;
    let port = checked.address().port();
    let private = Server::start_at(&format!("127.0.0.2:{port}"), |_, _| async { Ok(()) }).await?;
    let names = Names::of(&[("rebinding.test", &[&["127.0.0.1"], &["127.0.0.2"]])])?;
    let fetcher = Fetcher::new(FetchSettings {
        lookup: Arc::<Names>::clone(&names),
        ..allowing(&[checked.address()])?
    })?;
    let url = format!("http://rebinding.test:{port}/");
    assert_eq!(fetch(&fetcher, &url, 9).await?, b"ok");
    assert_eq!((checked.heads().len(), names.asked()), (1, 1));
    assert!(checked.heads()[0].contains(&format!("rebinding.test:{port}\r\n")));
    // From the second answer on the name leads to a forbidden address.
    refused!(
        fetcher.open(&url, 9).await,
        FetchError::ForbiddenAddress { .. }
    );
    assert_eq!((private.heads().len(), names.asked()), (0, 2));
    Ok(())
}

#[tokio::test]
async fn an_exception_for_one_port_opens_no_other() -> TestResult {
    let (open, closed) = (
        Server::answering(ANSWER).await?,
        Server::answering(ANSWER).await?,
    );
    let names = Names::of(&[("local.test", &[&["127.0.0.1"]])])?;
    let fetcher = Fetcher::new(FetchSettings {
        lookup: Arc::<Names>::clone(&names),
        ..allowing(&[open.address()])?
    })?;
    for host in [
        "127.0.0.1",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "local.test",
    ] {
        let allowed = format!("http://{host}:{}/", open.address().port());
        let refused = format!("http://{host}:{}/", closed.address().port());
        assert_eq!(fetch(&fetcher, &allowed, 9).await?, b"ok", "{host}");
        refused!(
            fetcher.open(&refused, 9).await,
            FetchError::ForbiddenAddress { .. }
        );
    }
    assert_eq!(closed.heads().len(), 0);
    Ok(())
}
