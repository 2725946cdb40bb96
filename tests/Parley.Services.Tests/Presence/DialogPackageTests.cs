using System.Xml.Linq;
using Parley.Services.Presence;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Presence;

/// <summary>RFC 4235: calls in progress, for busy lamps.</summary>
public class DialogPackageTests
{
    private static readonly XNamespace s_ns = "urn:ietf:params:xml:ns:dialog-info";

    [Fact]
    public void Without_calls_the_list_is_empty_and_full()
    {
        var (stage, _) = Stage();
        stage.Subscribe("dialog");
        Assert.Equal("0 full sip:bob@example.com:", Told(stage));
    }

    [Fact]
    public void A_call_is_told_from_ringing_to_its_end_each_time_alone()
    {
        var (stage, package) = Stage();
        stage.Subscribe("dialog", expires: 3600);
        Report(stage, package, Call("c1", DialogInfoState.Early));
        Assert.Equal("1 partial sip:bob@example.com: c1 early", Told(stage));
        Report(stage, package, Call("c2", DialogInfoState.Confirmed));
        Assert.Equal("2 partial sip:bob@example.com: c2 confirmed", Told(stage));
        Report(stage, package, Call("c1", DialogInfoState.Terminated) with { Event = DialogInfoEvent.RemoteBye });
        Assert.Equal("3 partial sip:bob@example.com: c1 remote-bye terminated", Told(stage));
    }

    [Fact]
    public void What_changes_within_a_second_is_told_at_its_end_and_together()
    {
        var (stage, package) = Stage();
        stage.Subscribe("dialog", expires: 3600);
        Report(stage, package, Call("c1", DialogInfoState.Early));
        var before = stage.Notifies.Count;
        package.Report(PresenceStage.Bob, Call("c1", DialogInfoState.Confirmed));
        package.Report(PresenceStage.Bob, Call("c2", DialogInfoState.Early));
        stage.Network.RunUntilIdle();
        stage.Advance(900);
        Assert.Equal(before, stage.Notifies.Count);
        stage.Advance(100);
        Assert.Equal(before + 1, stage.Notifies.Count);
        Assert.Equal("2 partial sip:bob@example.com: c1 confirmed, c2 early", Told(stage));
        stage.Advance(10_000);
        Assert.Equal(before + 1, stage.Notifies.Count);
    }

    [Fact]
    public void Who_ends_the_subscription_while_a_change_waits_is_told_it_with_the_end()
    {
        var (stage, package) = Stage();
        var ok = stage.Subscribe("dialog", expires: 3600);
        package.Report(PresenceStage.Bob, Call("c1", DialogInfoState.Early));
        stage.Network.RunUntilIdle();
        stage.Refresh(ok, "dialog", 2, 0);
        Assert.Contains("c1 early", Told(stage), StringComparison.Ordinal);
        var told = stage.Notifies.Count;
        stage.Advance(5000);
        Assert.Equal(told, stage.Notifies.Count);
    }

    [Fact]
    public void Who_subscribes_or_refreshes_gets_all_there_is()
    {
        var (stage, package) = Stage();
        package.Report(PresenceStage.Bob, Call("c1", DialogInfoState.Confirmed));
        package.Report(PresenceStage.Bob, Call("c2", DialogInfoState.Early));
        var ok = stage.Subscribe("dialog");
        Assert.Equal("0 full sip:bob@example.com: c1 confirmed, c2 early", Told(stage));
        Report(stage, package, Call("c1", DialogInfoState.Terminated));
        stage.Refresh(ok, "dialog", 2, 600);
        Assert.Equal("2 full sip:bob@example.com: c2 early", Told(stage));
    }

    [Fact]
    public void Others_see_the_state_only_and_the_owner_everything()
    {
        var (stage, package) = Stage();
        package.Report(PresenceStage.Bob, Whole());
        stage.Subscribe("dialog");
        Assert.DoesNotContain("carol", stage.State, StringComparison.Ordinal);
        Assert.DoesNotContain("call-id", stage.State, StringComparison.Ordinal);
        stage.Subscribe("dialog", who: "bob");
        Assert.Equal(
            """
            <dialog id="c1" call-id="call@h" local-tag="l" remote-tag="r" direction="recipient"><state>confirmed</state><duration>30</duration><local><identity>sip:bob@example.com</identity></local><remote><identity display="Carol &amp; Co">sip:carol@example.com</identity><target uri="sip:carol@10.0.0.9" /></remote></dialog>
            """,
            stage.State[stage.State.IndexOf("<dialog ", StringComparison.Ordinal)..stage.State.IndexOf("</dialog-info>", StringComparison.Ordinal)]);

        DialogInfo Whole() => Call("c1", DialogInfoState.Confirmed) with
        {
            CallId = "call@h",
            LocalTag = "l",
            RemoteTag = "r",
            IsInitiator = false,
            Answered = stage.Network.Time.GetUtcNow().AddSeconds(-30),
            Local = SipAddress.Parse("<sip:bob@example.com>"),
            Remote = SipAddress.Parse("\"Carol & Co\" <sip:carol@example.com>"),
            RemoteTarget = SipUri.Parse("sip:carol@10.0.0.9"),
        };
    }

    [Fact]
    public void Calls_may_be_shown_whole_to_who_is_to_pick_them_up()
    {
        var (stage, package) = Stage(DialogDetail.Everything);
        package.Report(PresenceStage.Bob, Call("c1", DialogInfoState.Early) with { CallId = "call@h" });
        stage.Subscribe("dialog");
        Assert.Contains("call-id=\"call@h\"", stage.State, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_missed_more_than_is_remembered_gets_all_anew()
    {
        var (stage, package) = Stage();
        stage.Subscribe("dialog", expires: 3600);
        stage.Advance(1000);
        stage.Endpoint.Lanes[0].Post(_ =>
        {
            for (var i = 0; i < 100; i++)
            {
                package.Report(PresenceStage.Bob, Call($"c{i}", DialogInfoState.Early));
                package.Report(PresenceStage.Bob, Call($"c{i}", DialogInfoState.Terminated));
            }
        }, null);
        stage.Network.RunUntilIdle();
        stage.Advance(5);
        Assert.Equal("1 full sip:bob@example.com:", Told(stage));
    }

    [Fact]
    public void Who_has_no_calls_and_no_watchers_is_forgotten()
    {
        var (stage, package) = Stage();
        var ok = stage.Subscribe("dialog", expires: 3600);
        Report(stage, package, Call("c1", DialogInfoState.Early));
        stage.Refresh(ok, "dialog", 2, 0);
        Assert.Equal(1, package.Users);
        Report(stage, package, Call("c1", DialogInfoState.Terminated));
        Assert.Equal(0, package.Users);
        stage.Subscribe("dialog", expires: 0);
        Assert.Equal(0, package.Users);
    }

    [Fact]
    public void A_character_XML_does_not_have_costs_nothing()
    {
        var (stage, package) = Stage(DialogDetail.Everything);
        package.Report(PresenceStage.Bob, Call("c\u0001", DialogInfoState.Early));
        stage.Subscribe("dialog");
        Assert.Equal("0 full sip:bob@example.com: c? early", Told(stage));
        Assert.Empty(stage.Faults);
    }

    private static DialogInfo Call(string id, DialogInfoState state) => new() { Id = id, State = state };

    private static void Report(PresenceStage stage, DialogPackage package, DialogInfo call)
    {
        stage.Advance(1000); // the time between two NOTIFYs
        package.Report(PresenceStage.Bob, call);
        stage.Network.RunUntilIdle();
        stage.Advance(5);
    }

    private static (PresenceStage Stage, DialogPackage Package) Stage(DialogDetail detail = DialogDetail.State)
    {
        DialogPackage package = null!;
        var stage = new PresenceStage(packages: stage => [package = new DialogPackage(detail, stage.Network.Time)]);
        return (stage, package);
    }

    private static string Told(PresenceStage stage)
    {
        var root = XElement.Parse(stage.State);
        var calls = root.Elements(s_ns + "dialog").Select(call =>
        {
            var state = call.Element(s_ns + "state")!;
            return $"{call.Attribute("id")!.Value} {(state.Attribute("event") is { } why ? why.Value + " " : "")}{state.Value}";
        });
        return $"{root.Attribute("version")!.Value} {root.Attribute("state")!.Value} {root.Attribute("entity")!.Value}: {string.Join(", ", calls)}".TrimEnd();
    }
}
