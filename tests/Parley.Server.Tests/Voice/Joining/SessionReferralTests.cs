using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Tests.Support;
using Parley.Server.Tests.Voice.Sound;
using Parley.Server.Voice.Joining;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Sound;
using Parley.Speech;
using Parley.Speech.Output;
using Parley.Speech.Progress;
using Parley.TestSupport;
using Parley.Transfers;

namespace Parley.Server.Tests.Voice.Joining;

/// <summary>A session's call connected with somebody else, without its session: the other party is text on a socket, the clock moves when told to.</summary>
public sealed class SessionReferralTests : IAsyncLifetime
{
    private readonly ScriptedJoining _joining = new();
    private readonly LinesPhone _other = new();
    private PartStage _stage = null!;
    private SpeechChain _chain = null!;
    private Audio _audio = null!;
    private DialogRequests _requests = null!;
    private SessionReferral _referral = null!;
    private OutgoingCall _call = null!;

    public async ValueTask InitializeAsync()
    {
        _stage = await PartStage.StartAsync();
        _chain = new(new() { NetworkTones = ToneRegions.None, Output = new() { SampleRate = 8000 } }, _stage.Core.Speech, _stage.Time);
        _audio = new(new(_stage.Context, _stage.Call, _chain, _stage.Line));
        _requests = new(_stage.Context);
        _referral = new(_stage.Context, _audio, _requests, new(_stage.Context, _stage.Call), new(_stage.Context, _stage.Call), _joining);
        _call = await _stage.CallAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stage.DoAsync(_referral.End);
        _requests.Dispose();
        _audio.Speech!.Dispose();
        await _chain.DisposeAsync();
        await _stage.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task A_method_there_is_not_is_named()
    {
        await BeginAsync(new() { Method = "shout" });
        Assert.Equal("options.method: 'shout' is none; there are bridge and refer.", Error("refer"));
        Assert.False(_referral.IsConnecting);
    }

    [Fact]
    public async Task Somebody_must_be_named()
    {
        await _stage.DoAsync(() => _referral.Begin(new() { Callee = "" }, _call, isBridged: false));
        Assert.Equal("callee: must be there: whom to connect the call with.", Error("refer"));
    }

    [Fact]
    public async Task A_session_whose_place_is_to_be_taken_must_be_there()
    {
        await BeginAsync(new() { Method = "refer", TargetSessionId = "two" });
        Assert.Equal("options.targetSessionId: there is no other session 'two' with an answered call.", Error("refer"));
        Assert.Empty(_joining.Asked);
    }

    [Fact]
    public async Task A_bridged_call_is_not_connected_with_somebody_else()
    {
        await _stage.DoAsync(() => _referral.Begin(new() { Callee = _other.Uri }, _call, isBridged: true));
        Assert.Equal("The call is being connected with somebody already.", Error("refer"));
    }

    [Fact]
    public async Task One_attempt_is_made_at_a_time()
    {
        await BeginAsync(new());
        await BeginAsync(new());
        Assert.Equal("The call is being connected with somebody already.", Error("refer"));
    }

    [Fact]
    public async Task What_is_said_is_cut()
    {
        await _stage.DoAsync(() => _audio.Speech!.Play(new() { Url = "tone:440", PlayId = "talk" }));
        var said = _chain.Output.Find("talk")!;
        await BeginAsync(new());
        _stage.Line.Play(_chain.Output);
        _stage.Line.Tick();
        Assert.Equal(LayerEnd.Stopped, (await said.Completion.WaitAsync(TimeSpan.FromSeconds(30))).End);
    }

    [Fact]
    public async Task A_phone_that_does_it_itself_is_asked_and_may_be_asked_again()
    {
        await BeginAsync(new() { Method = "REFER" });
        Assert.Equal((true, true, false), (_referral.IsConnecting, _referral.IsHandingOver, _referral.HasLeg));
        Assert.Equal(_other.Uri, Assert.Single(_joining.Asked).Target);
        _joining.Outcome.SetResult(new(486, "Busy Here", TransferMode.ByPhone));
        await ApiServer.UntilAsync(() => !_referral.IsConnecting, "it is over");
        await BeginAsync(new() { Method = "refer" });
        Assert.Equal(2, _joining.Asked.Count);
    }

    [Fact]
    public async Task The_other_party_learns_who_is_connected_with_it_and_from_where()
    {
        await BeginAsync(new() { Sip = new() { Headers = new Dictionary<string, string> { ["X-A"] = "1" } } });
        var invite = await _other.RingAsync();
        Assert.Equal(
            (_other.Uri, "sip:us@127.0.0.1", "s", "1", "ref-1-s"),
            (Wire.Header(invite, "X-Referred-To"), Wire.Header(invite, "X-Referred-From"), Wire.Header(invite, "X-Referred-Id"), Wire.Header(invite, "X-A"), Wire.Header(invite, "Call-ID")));
    }

    [Fact]
    public async Task A_place_that_only_a_phone_can_take_is_told_and_the_other_party_called()
    {
        await BeginAsync(new() { TargetSessionId = "two" });
        Assert.StartsWith("options.targetSessionId: only the phone", (await _stage.ToldAsync<ErrorEvent>()).Error, StringComparison.Ordinal);
        await _other.RingAsync();
    }

    [Fact]
    public async Task Music_plays_until_the_other_party_is_there_or_is_not()
    {
        await BeginAsync(new() { Moh = "tone:440" });
        var invite = await _other.RingAsync();
        await ApiServer.UntilAsync(() => Music is not null, "the music plays");
        var music = Music!;
        Assert.Equal(LayerRole.Background, music.Role);
        _other.Respond(invite, "486 Busy Here");
        await _stage.ToldAsync<RejectEvent>();
        _stage.Line.Play(_chain.Output);
        await ApiServer.UntilAsync(() => _stage.Line.Tick() >= 0 && music.Completion.IsCompleted, "the music ends");
    }

    [Fact]
    public async Task A_refusal_is_told_as_the_other_partys_and_the_call_goes_on()
    {
        await BeginAsync(new());
        _other.Respond(await _other.RingAsync(), "486 Busy Here");
        var reject = await _stage.ToldAsync<RejectEvent>();
        Assert.Equal(("bot", true, 486), (reject.TrackId, reject.Refer, reject.Code));
        Assert.Equal(["ringing", "reject"], _stage.Told.Select(told => told.Event));
        await ApiServer.UntilAsync(() => !_referral.IsConnecting && !_referral.HasLeg, "another attempt may be made");
    }

    [Fact]
    public async Task An_answer_connects_the_two_with_its_time_and_the_other_partys_end_ends_the_call()
    {
        await using var phone = await ConnectAsync(new());
        _stage.Time.Advance(TimeSpan.FromSeconds(5));
        _other.Respond(await _other.RingAsync(), "200 OK", _other.Sdp);
        var answer = await _stage.ToldAsync<AnswerEvent>();
        Assert.Equal(("bot", true, _other.Sdp), (answer.TrackId, answer.Refer, answer.Sdp));
        Assert.Equal((false, true), (_referral.IsConnecting, _referral.HasLeg));
        _stage.Time.Advance(TimeSpan.FromSeconds(60));
        await HangUpThereAsync();
        await _stage.ToldAsync<HangupEvent>();
        await _stage.DoAsync(() => { });
        var ends = _stage.Told.OfType<HangupEvent>().ToList();
        Assert.Equal((true, "ByCallee"), (ends[0].Refer, ends[0].Reason));
        Assert.Equal(("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:05.000Z", "1970-01-01T00:01:05.000Z"), (ends[0].StartTime, ends[0].AnswerTime, ends[0].HangupTime));
        Assert.Equal((null, "ByRefer"), (ends[1].Refer, ends[1].Reason));
    }

    [Fact]
    public async Task The_call_stays_behind_the_other_party_where_that_is_wanted_and_is_heard_again()
    {
        await using var phone = await ConnectAsync(new() { AutoHangup = false, PauseParentAsr = true });
        _other.Respond(await _other.RingAsync(), "200 OK", _other.Sdp);
        await _stage.ToldAsync<AnswerEvent>();
        Assert.True(_audio.IsPaused);
        await HangUpThereAsync();
        await _stage.ToldAsync<HangupEvent>();
        await _stage.DoAsync(() => { });
        Assert.True(Assert.Single(_stage.Told.OfType<HangupEvent>()).Refer);
        Assert.False(_audio.IsPaused);
    }

    [Fact]
    public async Task Calls_that_cannot_be_joined_say_why_and_the_other_party_is_let_go()
    {
        await BeginAsync(new());
        _other.Respond(await _other.RingAsync(), "200 OK", _other.Sdp);
        Assert.Contains("no audio yet", (await _stage.ToldAsync<ErrorEvent>()).Error, StringComparison.Ordinal); // ours was never answered
        await _other.ByeAsync();
        Assert.Equal((true, "Failed"), await _stage.ToldAsync<HangupEvent>() is var over ? (over.Refer, over.Reason) : default);
        Assert.Single(_stage.Told.OfType<HangupEvent>());
    }

    [Fact]
    public async Task Ending_the_other_call_alone_leaves_this_one()
    {
        await using var phone = await ConnectAsync(new());
        _other.Respond(await _other.RingAsync(), "200 OK", _other.Sdp);
        await _stage.ToldAsync<AnswerEvent>();
        await _stage.DoAsync(() => _referral.HangUp(("enough", "system")));
        await _other.ByeAsync();
        Assert.Equal((true, "enough"), await _stage.ToldAsync<HangupEvent>() is var over ? (over.Refer, over.Reason) : default);
        Assert.Single(_stage.Told.OfType<HangupEvent>());
    }

    [Fact]
    public async Task The_other_call_is_ended_with_the_sessions_and_told_once()
    {
        await BeginAsync(new());
        var invite = await _other.RingAsync();
        await _stage.ToldAsync<RingingEvent>();
        await _stage.DoAsync(_referral.End);
        var over = await _stage.ToldAsync<HangupEvent>();
        Assert.Equal((true, 487, null), (over.Refer, over.Code, over.AnswerTime));
        await _other.CancelledAsync(invite);
        await ApiServer.UntilAsync(() => !_referral.IsConnecting, "the attempt is over");
        await _stage.DoAsync(() => { });
        Assert.Single(_stage.Told.OfType<HangupEvent>());
        Assert.False(_referral.HasLeg);
    }

    [Fact]
    public async Task A_command_for_another_call_says_that_there_is_none()
    {
        await _stage.DoAsync(() =>
        {
            Assert.Null(_referral.Up("message"));
            _referral.HangUp(("enough", "system"));
            _referral.End();
        });
        Assert.Equal(["message refer: there is no other call.", "hangup refer: there is no other call."], _stage.Told.Cast<ErrorEvent>().Select(error => $"{error.Sender} {error.Error}"));
    }

    [Fact]
    public async Task A_call_that_rings_is_not_one_to_give_commands_to()
    {
        await BeginAsync(new());
        await _other.RingAsync();
        await _stage.ToldAsync<RingingEvent>();
        await _stage.DoAsync(() => Assert.Null(_referral.Up("message")));
        Assert.Single(_stage.Told.OfType<ErrorEvent>());
    }

    private OutputLayer? Music => _chain.Output.Find("music-on-hold");

    private Task BeginAsync(ReferOption options) => _stage.DoAsync(() => _referral.Begin(new() { Callee = _other.Uri, Options = options }, _call, isBridged: false));

    // The session's own call is up, with a phone that has audio.
    private async Task<LinesPhone> ConnectAsync(ReferOption options)
    {
        var phone = new LinesPhone();
        var own = await _stage.CallAsync(phone.Uri);
        var inviting = own.TryInviteAsync();
        await phone.AnswerAsync();
        Assert.True(await inviting);
        _call = own;
        await BeginAsync(options);
        return phone;
    }

    private Task<string> HangUpThereAsync()
    {
        _other.Within(_other.Received.First(message => Wire.Summary(message) == "INVITE"), "BYE", 2);
        return _other.ExpectAsync("200 BYE");
    }

    private string Error(string sender)
    {
        var error = Assert.IsType<ErrorEvent>(Assert.Single(_stage.Told));
        Assert.Equal(sender, error.Sender);
        return error.Error!;
    }

    /// <summary>A session's audio, as far as this is concerned.</summary>
    private sealed class Audio(SessionSpeech speech) : IReferralAudio
    {
        public SessionSpeech? Speech => speech;

        public bool IsPaused { get; set; }
    }
}
