using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Control;
using Parley.Server.CallApi.Commands;
using Parley.Sip.Invites;
using CallLeg = Parley.Contracts.Commands.CallLeg;

namespace Parley.Server.CallApi.Methods;

/// <summary>Calls and their events as clients are told of them.</summary>
internal static class CallInfos
{
    /// <summary>Events that can be subscribed to.</summary>
    public static IReadOnlyList<Happening> Subscribable { get; } =
    [
        Happening.Incoming, Happening.New, Happening.Ringing, Happening.Answered, Happening.Held, Happening.Unheld, Happening.Transferred, Happening.Dtmf, Happening.CallEnded, Happening.Lost,
    ];

    public static Happening? NameOf(CallEventKind kind) => kind switch
    {
        CallEventKind.Incoming => Happening.Incoming,
        CallEventKind.Started => Happening.New,
        CallEventKind.Ringing => Happening.Ringing,
        CallEventKind.Answered => Happening.Answered,
        CallEventKind.Held => Happening.Held,
        CallEventKind.Unheld => Happening.Unheld,
        CallEventKind.Transferred => Happening.Transferred,
        CallEventKind.Digit => Happening.Dtmf,
        CallEventKind.Ended => Happening.CallEnded,
        CallEventKind.Lost => Happening.Lost,
        _ => null,
    };

    public static EventDetails Details(CallEvent happened)
    {
        var call = happened.Call;
        return new()
        {
            CallId = call is null ? null : CallIdOf(call),
            Caller = call?.Caller.Uri,
            Callee = call?.Callee?.Uri,
            Leg = happened.Leg is { } side ? side == CallSide.Caller ? CallLeg.Caller : CallLeg.Callee : null,
            Digit = happened.Digit?.ToString(),
            Lost = happened.Lost > 0 ? happened.Lost : null,
            Duration = Seconds(happened.Duration),
            Cause = happened.End is { } end ? Cause(end) : null,
            Time = happened.Time,
            Call = call is null ? null : Of(call),
        };
    }

    public static CallInfo Of(CallSnapshot call) => new()
    {
        Id = call.Id,
        CallId = CallIdOf(call),
        Origin = call.Origin == CallOrigin.Command ? "command" : "incoming",
        State = Word(call.Stage.ToString()),
        Flow = call.Flow switch { Control.CallFlow.ThirdPartyI => "I", Control.CallFlow.ThirdPartyIII => "III", Control.CallFlow.ThirdPartyIV => "IV", _ => "relay" },
        Caller = Leg(call.Caller),
        Callee = call.Callee is { } callee ? Leg(callee) : null,
        Recording = call.IsRecording,
        Created = call.Created,
        Answered = call.Answered,
        Ended = call.Ended,
        Duration = Seconds(call.Duration),
        Cause = call.End is { } end ? Cause(end) : null,
    };

    private static string CallIdOf(CallSnapshot call) => call.Caller.CallId ?? call.Callee?.CallId ?? call.Id;

    private static LegInfo Leg(LegSnapshot leg) => new()
    {
        CallId = leg.CallId,
        Uri = leg.Uri,
        Name = leg.DisplayName,
        Account = leg.Account,
        Answered = leg.IsAnswered,
        Held = leg.IsHeld,
        Holding = leg.HoldsUs,
        Codec = leg.Codec,
    };

    private static CallCause Cause(CallEnd end) => new(end.Status, end.Reason, Word(end.Kind.ToString()), Word(end.By.ToString()));

    private static double? Seconds(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 3) : null;

    private static string Word(string name) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
