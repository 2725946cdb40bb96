using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Media.Srtp;
using Parley.Server.Voice.Sessions;
using Parley.Sip.Invites;

namespace Parley.Server.Tests.Voice;

/// <summary>What options become in signalling, and what an end is called.</summary>
public sealed class LinesPlanTests
{
    [Theory]
    [InlineData(CallEndKind.Completed, CallEndParty.Remote, 200, null, "ByCallee", "callee")]
    [InlineData(CallEndKind.Completed, CallEndParty.Remote, 200, "Q.850;cause=16;text=\"Normal\"", "ByCallee", "callee")]
    [InlineData(CallEndKind.Completed, CallEndParty.Remote, 200, "Q.850;cause=17", "Rejected", "callee")]
    [InlineData(CallEndKind.Completed, CallEndParty.Remote, 200, "q.850;cause=38", "ServerUnavailable", "callee")]
    [InlineData(CallEndKind.Completed, CallEndParty.Remote, 200, "SIP;cause=402", "NoBalance", "callee")]
    [InlineData(CallEndKind.Completed, CallEndParty.Remote, 200, "SIP;cause=200;text=\"Call completed elsewhere\"", "ByCallee", "callee")]
    [InlineData(CallEndKind.Completed, CallEndParty.Local, 200, null, "BySystem", "system")]
    [InlineData(CallEndKind.Cancelled, CallEndParty.Local, 487, null, "Canceled", "system")]
    [InlineData(CallEndKind.Rejected, CallEndParty.Remote, 486, null, "Rejected", "callee")]
    [InlineData(CallEndKind.Rejected, CallEndParty.Remote, 480, null, "NoAnswer", "callee")]
    [InlineData(CallEndKind.NoAnswer, CallEndParty.Local, 408, null, "NoAnswer", "system")]
    [InlineData(CallEndKind.Unreachable, CallEndParty.Network, 503, null, "ServerUnavailable", "system")]
    [InlineData(CallEndKind.Failed, CallEndParty.Local, 503, null, "ServerUnavailable", "system")]
    [InlineData(CallEndKind.Timeout, CallEndParty.Network, 408, null, "Failed", "system")]
    public void An_end_has_a_word_and_somebody_whose_doing_it_was(CallEndKind kind, CallEndParty by, int status, string? cause, string reason, string initiator)
    {
        Assert.Equal(cause is not null, SipReason.TryParse(cause, out var read));
        Assert.Equal((reason, initiator), HangupWords.Of(new(kind, by, status, "x") { Cause = read }, isIncoming: false));
    }

    [Fact]
    public void A_caller_who_gives_up_is_the_caller() =>
        Assert.Equal(("Canceled", "caller"), HangupWords.Of(new(CallEndKind.Cancelled, CallEndParty.Remote, 487, "x"), isIncoming: true));

    [Theory]
    [InlineData("a {{caller}} b {{ x }}", "a sip:me b 1")]
    [InlineData("{{sip[\"X-Id\"]}}-{{sip['X-Id']}}", "7-7")]
    [InlineData("{{unknown}}|", "|")]
    [InlineData("{{open", "{{open")]
    [InlineData("plain", "plain")]
    public void A_template_is_filled(string text, string filled) => Assert.Equal(
        filled, HeaderTemplate.Fill(text, name => name switch { "caller" => "sip:me", "x" => "1", _ => null }, name => name == "X-Id" ? "7" : null));

    [Fact]
    public async Task Options_become_those_of_the_INVITE()
    {
        await using var agent = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], MediaPorts = (22_900, 22_998) });
        var problems = new List<VoiceProblem>();
        var option = new CallOption
        {
            Codec = "pcma", HandshakeTimeout = 12, Sip = new() { Username = "u", Password = "p", Realm = "r", Contact = "desk", EnableSrtp = true, Headers = new Dictionary<string, string> { ["X-A"] = "1" } },
        };
        var dial = SipPlan.Dial(agent, option, "id@here", problems);
        Assert.Empty(problems);
        Assert.Equal(("sip:u@r", "id@here", "u", "p", "r", "desk"), (dial.Caller, dial.CallId, dial.UserName, dial.Password, dial.Realm, dial.ContactUser));
        Assert.Equal((MediaEncryption.Required, TimeSpan.FromSeconds(12), "PCMA"), (dial.MediaEncryption, dial.RingTimeout, dial.Codecs![0].Name));
        Assert.Equal(agent.Codecs.Count, dial.Codecs.Count);
        Assert.Equal("sip:1000", SipPlan.Dial(agent, new() { Caller = "1000" }, null, problems).Caller);
    }

    [Fact]
    public async Task Opus_comes_first_where_it_is_asked_for_and_the_agent_s_codecs_after_it()
    {
        await using var agent = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], MediaPorts = (22_900, 22_998) });
        var problems = new List<VoiceProblem>();
        Assert.Equal(["opus", "PCMU", "PCMA", "G722"], SipPlan.Dial(agent, new() { Codec = "opus" }, null, problems).Codecs!.Select(codec => codec.Name));
        Assert.Empty(problems);
    }

    [Fact]
    public async Task What_cannot_be_is_named_and_costs_itself_alone()
    {
        await using var agent = await UserAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], MediaPorts = (22_900, 22_998) });
        var problems = new List<VoiceProblem>();
        var option = new CallOption
        {
            Codec = "speex",
            HandshakeTimeout = -1,
            Sip = new() { Contact = "sip:a@elsewhere.example", Headers = new Dictionary<string, string> { ["Via"] = "x", ["v"] = "x", ["X-Tab"] = "a\tb", ["bad name"] = "x", ["X-Good"] = "1" } },
        };
        var dial = SipPlan.Dial(agent, option, "no/id", problems);
        Assert.Equal("X-Good", Assert.Single(dial.Headers).Name);
        Assert.Equal((null, null, "a"), (dial.CallId, dial.Codecs, dial.ContactUser));
        Assert.Equal(
            ["id", "option.codec", "option.handshakeTimeout", "option.sip.contact", "option.sip.headers.Via", "option.sip.headers.X-Tab", "option.sip.headers.bad name", "option.sip.headers.v"],
            problems.Select(problem => problem.Field).Order(StringComparer.Ordinal));
        problems.Clear();
        SipPlan.Answer(agent, option, problems);
        Assert.Contains(problems, problem => problem.Field == "option.sip.contact");
    }

    [Fact]
    public void Keys_are_not_shown()
    {
        var shown = SipPlan.Shown("v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^31\r\na=sendrecv\r\n");
        Assert.Equal("v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***\r\na=sendrecv\r\n", shown);
    }
}
