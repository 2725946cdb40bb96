using System.Xml.Linq;
using Parley.Services.Presence;
using Parley.Services.Tests.Proxy.Support;

namespace Parley.Services.Tests.Presence;

/// <summary>RFC 3857 and 3858: who watches.</summary>
public class WatcherInfoTests
{
    private static readonly XNamespace s_ns = "urn:ietf:params:xml:ns:watcherinfo";

    private readonly PresenceStage _stage = new();

    [Fact]
    public void The_watched_see_who_watches_them()
    {
        _stage.Subscribe();
        _stage.Advance(3_000);
        _stage.Subscribe("presence.winfo", "bob");
        var root = XElement.Parse(_stage.State);
        Assert.Equal(("0", "full"), (root.Attribute("version")!.Value, root.Attribute("state")!.Value));
        var list = root.Element(s_ns + "watcher-list")!;
        Assert.Equal(("sip:bob@example.com", "presence"), (list.Attribute("resource")!.Value, list.Attribute("package")!.Value));
        var watcher = Assert.Single(list.Elements());
        Assert.Equal("sip:alice@example.com", watcher.Value);
        Assert.Equal(("active", "subscribe", "3"), (watcher.Attribute("status")!.Value, watcher.Attribute("event")!.Value, watcher.Attribute("duration-subscribed")!.Value));
    }

    [Fact]
    public void A_new_watcher_is_told_alone_and_so_is_its_end()
    {
        _stage.Subscribe();
        _stage.Subscribe("presence.winfo", "bob", expires: 3600);
        _stage.Subscribe(who: "carol", expires: 60);
        Assert.Equal("1 partial: sip:carol@example.com active subscribe", Told());
        _stage.Advance(61_000);
        Assert.Equal("2 partial: sip:carol@example.com terminated timeout", Told());
    }

    [Fact]
    public void A_refresh_gets_the_whole_list()
    {
        _stage.Subscribe();
        var ok = _stage.Subscribe("presence.winfo", "bob", expires: 3600);
        _stage.Refresh(ok, "presence.winfo", 2, 3600);
        Assert.Equal("1 full: sip:alice@example.com active subscribe", Told());
    }

    [Fact]
    public void Who_waits_to_be_confirmed_is_shown_pending_then_approved()
    {
        var stage = new PresenceStage(options => options with { Policy = _ => WatcherDecision.Confirm });
        stage.Subscribe("presence.winfo", "bob");
        stage.Subscribe();
        Assert.Contains("status=\"pending\"", Last(stage), StringComparison.Ordinal);
        stage.Service.Decide("presence", PresenceStage.Bob, PresenceStage.Alice, WatcherDecision.Allow);
        stage.Network.RunUntilIdle();
        stage.Advance(10);
        Assert.Contains("status=\"active\" event=\"approved\"", Last(stage), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_else_may_see_them() => Assert.Equal("403 SUBSCRIBE", Wire.Summary(_stage.Subscribe("presence.winfo")));

    [Fact]
    public void A_fetch_is_no_watcher()
    {
        _stage.Subscribe("presence.winfo", "bob");
        var told = _stage.Notifies.Count;
        _stage.Subscribe(expires: 0);
        Assert.Equal(told + 1, _stage.Notifies.Count);
        _stage.EndsClean();
    }

    [Fact]
    public void Who_is_not_watched_any_more_is_forgotten()
    {
        var package = new WatcherInfoPackage("presence");
        var stage = new PresenceStage(packages: stage => [stage.Presence, package]);
        stage.Subscribe();
        stage.Subscribe("presence.winfo", "bob", expires: 3600);
        Assert.Equal(1, package.Lists);
        stage.EndsClean();
        Assert.Equal(0, package.Lists);
    }

    private static string Last(PresenceStage stage) => stage.Notifies.Last(notify => Wire.Header(notify, "Event") == "presence.winfo");

    private string Told()
    {
        var root = XElement.Parse(Last(_stage).Split("\r\n\r\n", 2)[1]);
        var watchers = root.Descendants(s_ns + "watcher").Select(watcher => $"{watcher.Value} {watcher.Attribute("status")!.Value} {watcher.Attribute("event")!.Value}");
        return $"{root.Attribute("version")!.Value} {root.Attribute("state")!.Value}: {string.Join(", ", watchers)}";
    }
}
