using Parley.Control;
using Parley.Tests.Support;

namespace Parley.Tests.Control;

/// <summary>A stage whose agent is driven by commands: phones at 10.0.0.7 and 10.0.0.8 that answer, a raw one at 10.0.0.9.</summary>
internal sealed class ControlStage
{
    public const string Caller = "sip:alice@10.0.0.7", Callee = "sip:bob@10.0.0.8", Raw = "sip:raw@10.0.0.9";

    private ControlStage(Stage stage, CallControl control)
    {
        (Stage, Control) = (stage, control);
        Events = control.Directory.Subscribe();
    }

    public Stage Stage { get; }

    public CallControl Control { get; }

    public RawPhone Phone => Stage.Phone;

    /// <summary>Everything that has happened since the beginning.</summary>
    public CallEventReader Events { get; }

    /// <summary>The steps of all commands, in the order they came.</summary>
    public List<CommandProgress> Steps { get; } = [];

    private readonly Lock _gate = new();

    public static void Run(Func<ControlStage, Task> body, Func<CallControlOptions, CallControlOptions>? options = null) => Stage.Run(async stage =>
    {
        var control = new CallControl(stage.Agent, options?.Invoke(new()) ?? new());
        stage.Serve(control.ServeAsync);
        await body(new(stage, control));
        await control.DisposeAsync();
        Assert.Equal(0, control.Directory.Count);
        Assert.Empty(control.Directory.List());
    });

    public Task<CommandOutcome> RunAsync(CallCommand command, CancellationToken cancel = default) => Control.RunAsync(
        command,
        step =>
        {
            lock (_gate) // several commands at once
                Steps.Add(step);
        },
        cancel);

    /// <summary>The names of the steps so far.</summary>
    public string Told
    {
        get
        {
            lock (_gate)
                return string.Join(' ', Steps.Select(step => step.Step));
        }
    }

    /// <summary>A phone that answers every call.</summary>
    public async Task<Task<IncomingCall>> AnswererAsync(string address) => Stage.AnswerAll(agent: await Stage.StartAgentAsync(address));

    /// <summary>A phone that does something else.</summary>
    public async Task<UserAgent> PhoneAsync(string address, Func<IncomingCall, CancellationToken, Task> handler)
    {
        var phone = await Stage.StartAgentAsync(address);
        _ = Stage.Serve(phone, handler);
        return phone;
    }

    /// <summary>Alice and Bob talk, brought together by a command.</summary>
    public async Task<(CallSnapshot Call, IncomingCall Alice, IncomingCall Bob)> TalkAsync()
    {
        var alice = await AnswererAsync("10.0.0.7");
        var bob = await AnswererAsync("10.0.0.8");
        var outcome = await RunAsync(new StartCall { Caller = Caller, Callee = Callee });
        Assert.Equal((200, "OK"), (outcome.Code, outcome.Message));
        Steps.Clear();
        return (outcome.Call!, await alice, await bob);
    }

    /// <summary>The raw phone as callee of a call from Alice; the INVITE it got.</summary>
    public async Task<(CallSnapshot Call, IncomingCall Alice, string Invite)> TalkToRawAsync(string headers = "")
    {
        var alice = await AnswererAsync("10.0.0.7");
        var starting = RunAsync(new StartCall { Caller = Caller, Callee = Raw });
        var invite = await Phone.Expect("INVITE");
        Phone.Send(Wire.Response(invite, "200 OK", Wire.Sdp, headers));
        await Phone.Expect("ACK");
        var outcome = await starting;
        Assert.True(outcome.IsSuccess, outcome.Text);
        Steps.Clear();
        return (outcome.Call!, await alice, invite);
    }

    /// <summary>Answers the BYE the raw phone is about to get.</summary>
    public async Task<string> HungUpAsync()
    {
        var bye = await Phone.Expect("BYE");
        Phone.Send(Wire.Response(bye, "200 OK"));
        return bye;
    }

    /// <summary>The kinds of events of a call so far.</summary>
    public string EventsOf(string id)
    {
        var kinds = new List<CallEventKind>();
        while (Events.TryRead(out var happened))
        {
            if (happened.Call?.Id == id)
                kinds.Add(happened.Kind);
        }

        return string.Join(' ', kinds);
    }

    /// <summary>Fails unless each hears what the other plays.</summary>
    public static async Task HearEachOtherAsync(Call one, Call other)
    {
        var (first, second) = (one.StartPlayback(Tones.Of(500)), other.StartPlayback(Tones.Of(900)));
        Assert.True(await Tones.HeardAsync(other, 500), "the one is not heard");
        Assert.True(await Tones.HeardAsync(one, 900), "the other is not heard");
        first.Stop();
        second.Stop();
    }
}
