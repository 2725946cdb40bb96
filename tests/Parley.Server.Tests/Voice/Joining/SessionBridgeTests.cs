using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Server.Tests.Support;
using Parley.Server.Tests.Voice.Sound;
using Parley.Server.Voice.Joining;

namespace Parley.Server.Tests.Voice.Joining;

/// <summary>Two sessions whose calls are bridged, without their sessions: the test is what joins calls.</summary>
public sealed class SessionBridgeTests : IAsyncLifetime
{
    private readonly ScriptedJoining _joining = new();
    private PartStage _one = null!;
    private PartStage _two = null!;
    private SessionBridge _first = null!;
    private SessionBridge _second = null!;
    private Call _call = null!;
    private Call _other = null!;

    public async ValueTask InitializeAsync()
    {
        (_one, _two) = (await PartStage.StartAsync("one"), await PartStage.StartAsync("two"));
        (_first, _second) = (new(_one.Context, _joining), new(_two.Context, _joining));
        (_call, _other) = (await _one.CallAsync(), await _two.CallAsync());
        _joining.Others["two"] = new OtherSession(_other, _second);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task Both_calls_are_joined_and_both_sessions_know()
    {
        await JoinAsync();
        var joined = Assert.Single(_joining.Joined);
        Assert.Equal((_call, _other), (joined.One, joined.Other));
        Assert.True(_first.IsOn);
        Assert.True(_second.IsOn);
        Assert.Empty(_one.Told);
    }

    [Fact]
    public async Task A_session_that_is_not_there_is_named()
    {
        await _one.DoAsync(() => _first.Join(new() { TargetSessionId = "three" }, _call, isReferred: false));
        Assert.Equal("targetSessionId: there is no other session 'three' with an answered call.", Error(_one, "bridge"));
        Assert.False(_first.IsOn);
    }

    [Fact]
    public async Task A_call_that_is_connected_by_refer_is_not_bridged()
    {
        await _one.DoAsync(() => _first.Join(new() { TargetSessionId = "two" }, _call, isReferred: true));
        Assert.Equal("The call is connected with another already.", Error(_one, "bridge"));
        Assert.Empty(_joining.Joined);
    }

    [Fact]
    public async Task A_call_that_is_bridged_is_not_bridged_again()
    {
        await JoinAsync();
        await _one.DoAsync(() => _first.Join(new() { TargetSessionId = "two" }, _call, isReferred: false));
        Assert.Equal("The call is connected with another already.", Error(_one, "bridge"));
        Assert.Single(_joining.Joined);
    }

    [Fact]
    public async Task Another_sessions_call_that_is_taken_is_told_of()
    {
        _joining.Fault = new InvalidOperationException("The stream has a relay.");
        await JoinAsync();
        Assert.Equal("The other call is connected with another already.", Error(_one, "bridge"));
        Assert.False(_first.IsOn);
        Assert.False(_second.IsOn);
    }

    [Fact]
    public async Task Calls_that_cannot_be_joined_say_why()
    {
        _joining.Fault = new CallMediaException(CallMediaProblem.NotOpen, "No audio yet.");
        await JoinAsync();
        Assert.Equal("No audio yet.", Error(_one, "bridge"));
        Assert.False(_first.IsOn);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("two")]
    public async Task Parting_frees_both(string? target)
    {
        await JoinAsync();
        await _one.DoAsync(() => _first.Part(new() { TargetSessionId = target }));
        await _two.DoAsync(() => { });
        Assert.Equal(1, _joining.Joined[0].Joint.Partings);
        Assert.False(_first.IsOn);
        Assert.False(_second.IsOn);
        Assert.Empty(_one.Told);
    }

    [Fact]
    public async Task The_one_who_did_not_begin_it_may_part_too()
    {
        await JoinAsync();
        await _two.DoAsync(() => _second.Part(new() { TargetSessionId = "one" }));
        await _one.DoAsync(() => { });
        Assert.Equal(1, _joining.Joined[0].Joint.Partings);
        Assert.False(_first.IsOn);
        Assert.False(_second.IsOn);
    }

    [Fact]
    public async Task Parting_from_a_session_it_is_not_bridged_with_changes_nothing()
    {
        await JoinAsync();
        await _one.DoAsync(() => _first.Part(new() { TargetSessionId = "three" }));
        Assert.Equal("targetSessionId: the call is bridged with 'two', not with 'three'.", Error(_one, "unbridge"));
        Assert.True(_first.IsOn);
        Assert.Equal(0, _joining.Joined[0].Joint.Partings);
    }

    [Fact]
    public async Task Parting_what_is_not_bridged_is_told()
    {
        await _one.DoAsync(() => _first.Part(new()));
        Assert.Equal("The call is bridged with no other session.", Error(_one, "unbridge"));
    }

    [Fact]
    public async Task The_call_that_outlives_the_other_is_free_again()
    {
        await JoinAsync();
        _joining.Joined[0].Joint.End();
        await ApiServer.UntilAsync(() => !_first.IsOn && !_second.IsOn, "both are free");
        Assert.Equal(1, _joining.Joined[0].Joint.Partings);
    }

    [Fact]
    public async Task The_end_of_a_session_parts_them()
    {
        await JoinAsync();
        await _one.DoAsync(_first.End);
        Assert.Equal(1, _joining.Joined[0].Joint.Partings);
    }

    [Fact]
    public async Task A_bridge_that_is_known_to_have_ended_late_does_not_end_the_next_one()
    {
        await JoinAsync();
        await _one.DoAsync(() => _first.Part(new()));
        await JoinAsync();
        _joining.Joined[0].Joint.End();
        await ApiServer.UntilAsync(() => _joining.Joined[0].Joint.Partings == 2, "the first is known to have ended");
        await _one.DoAsync(() => { });
        Assert.True(_first.IsOn);
        Assert.Equal(0, _joining.Joined[1].Joint.Partings);
    }

    private async Task JoinAsync()
    {
        await _one.DoAsync(() => _first.Join(new BridgeCommand { TargetSessionId = "two" }, _call, isReferred: false));
        await _two.DoAsync(() => { });
    }

    private static string Error(PartStage stage, string sender)
    {
        var error = Assert.IsType<ErrorEvent>(Assert.Single(stage.Told));
        Assert.Equal(sender, error.Sender);
        return error.Error!;
    }
}
