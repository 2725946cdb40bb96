using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Tests.Voice.Sound;
using Parley.Server.Voice.Joining;
using Parley.Transfers;

namespace Parley.Server.Tests.Voice.Joining;

/// <summary>A phone that is asked to call somebody else itself, without the phone: the test says what it does.</summary>
public sealed class HandOverTests : IAsyncLifetime
{
    private readonly ScriptedJoining _joining = new();
    private PartStage _stage = null!;
    private HandOver _handOver = null!;
    private Call _call = null!;
    private int _over;

    public async ValueTask InitializeAsync()
    {
        _stage = await PartStage.StartAsync();
        _handOver = new(_stage.Context, _joining);
        _call = await _stage.CallAsync();
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Fact]
    public async Task The_phone_is_told_whom_to_call_for_whom_for_how_long_and_with_what()
    {
        await BeginAsync(new() { Timeout = 7, Sip = new() { Headers = new Dictionary<string, string> { ["X-A"] = "1" } } }, caller: "boss@127.0.0.1");
        var (call, target, options) = Assert.Single(_joining.Asked);
        Assert.Equal((_call, "sip:200@127.0.0.1"), (call, target));
        Assert.Equal((TransferMode.ByPhone, true, TimeSpan.FromSeconds(7), "sip:boss@127.0.0.1"), (options.Mode, options.KeepCall, options.Timeout, options.ReferredBy));
        Assert.Equal(("X-A", "1"), options.Headers.Select(header => (header.Name, header.Value)).Single());
        Assert.True(_handOver.IsOn);
    }

    [Fact]
    public async Task Who_asks_is_this_side_where_nobody_is_named()
    {
        await BeginAsync(new());
        Assert.Equal("sip:us@127.0.0.1", _joining.Asked[0].Options.ReferredBy);
    }

    [Fact]
    public async Task What_is_for_a_call_made_from_here_is_named_and_the_phone_asked_all_the_same()
    {
        await BeginAsync(new() { Moh = "tone:440", ForwardDtmf = false, PauseParentAsr = true, CallId = "mine" });
        Assert.Equal(
            ["options.pauseParentAsr", "options.forwardDtmf", "options.moh", "options.callId"],
            _stage.Told.Cast<ErrorEvent>().Select(error => error.Error!.Split(':')[0]));
        Assert.Single(_joining.Asked);
    }

    [Fact]
    public async Task Ringing_there_is_told_and_mere_progress_is_not()
    {
        await BeginAsync(new());
        var report = _joining.Asked[0].Options.OnProgress!;
        report(new(100, "Trying"));
        report(new(180, "Ringing"));
        await _stage.DoAsync(() => { });
        var ringing = Assert.IsType<RingingEvent>(Assert.Single(_stage.Told));
        Assert.Equal(("bot", true, false), (ringing.TrackId, ringing.Refer, ringing.EarlyMedia));
    }

    [Fact]
    public async Task Ringing_that_comes_behind_the_end_is_not_told()
    {
        await BeginAsync(new());
        await EndAsync(486, "Busy Here");
        _joining.Asked[0].Options.OnProgress!(new(180, "Ringing"));
        await _stage.DoAsync(() => { });
        Assert.IsType<RejectEvent>(Assert.Single(_stage.Told));
    }

    [Fact]
    public async Task A_refusal_is_told_and_the_call_goes_on()
    {
        await BeginAsync(new());
        await EndAsync(486, "Busy Here");
        var reject = Assert.IsType<RejectEvent>(Assert.Single(_stage.Told));
        Assert.Equal(("bot", true, 486, "Busy Here"), (reject.TrackId, reject.Refer, reject.Code, reject.Reason));
        Assert.False(_handOver.IsOn);
        Assert.Equal(1, _over);
    }

    [Fact]
    public async Task An_answer_is_told_and_ends_the_call_here()
    {
        await BeginAsync(new());
        await EndAsync(200, "OK");
        Assert.Equal(["answer", "hangup"], _stage.Told.Select(told => told.Event));
        Assert.Equal((true, "ByRefer", "system"), _stage.Told is [AnswerEvent answer, HangupEvent hangup] ? (answer.Refer, hangup.Reason, hangup.Initiator) : default);
        Assert.Equal(1, _over);
    }

    [Fact]
    public async Task A_phone_that_reports_nothing_is_let_go_without_an_answer()
    {
        await BeginAsync(new());
        await EndAsync(202, "Accepted");
        Assert.IsType<HangupEvent>(Assert.Single(_stage.Told));
    }

    [Fact]
    public async Task The_call_stays_where_that_is_wanted()
    {
        await BeginAsync(new() { AutoHangup = false });
        await EndAsync(200, "OK");
        Assert.IsType<AnswerEvent>(Assert.Single(_stage.Told));
    }

    [Fact]
    public async Task A_phone_that_takes_the_place_of_another_sessions_call_ends_both()
    {
        var other = new OtherSession(await _stage.CallAsync(), new(_stage.Context, _joining));
        _joining.Others["two"] = other;
        await BeginAsync(new() { TargetSessionId = "two" }, callee: "");
        Assert.Same(other.Call, _joining.Asked[0].Target);
        await EndAsync(200, "OK");
        Assert.Equal("ByRefer", other.Killed);
        Assert.IsType<HangupEvent>(_stage.Told[^1]);
    }

    [Fact]
    public async Task A_refused_phone_leaves_the_other_session_alone()
    {
        var other = new OtherSession(await _stage.CallAsync(), new(_stage.Context, _joining));
        _joining.Others["two"] = other;
        await BeginAsync(new() { TargetSessionId = "two" }, callee: "");
        await EndAsync(603, "Decline");
        Assert.Null(other.Killed);
    }

    [Fact]
    public async Task What_goes_wrong_on_our_side_is_an_error_and_it_is_over()
    {
        await BeginAsync(new());
        _joining.Outcome.SetException(new InvalidOperationException("The call is being transferred already."));
        Assert.Equal("The call is being transferred already.", (await _stage.ToldAsync<ErrorEvent>()).Error);
        Assert.False(_handOver.IsOn);
        Assert.Equal(1, _over);
    }

    private Task BeginAsync(ReferOption options, string? caller = null, string callee = "200@127.0.0.1") =>
        _stage.DoAsync(() => _handOver.Begin(_call, new() { Callee = callee, Caller = caller, Options = options }, options, () => _over++));

    private async Task EndAsync(int status, string reason)
    {
        _joining.Outcome.SetResult(new(status, reason, TransferMode.ByPhone));
        await Support.ApiServer.UntilAsync(() => Volatile.Read(ref _over) == 1, "it is over");
        await _stage.DoAsync(() => { });
    }
}
