using Parley.Contracts.Commands;
using Parley.Contracts.Events;

namespace Parley.Server.CallApi.OpenRpc;

/// <summary>What each method does in a sentence, and the events it tells on success, in order.</summary>
internal static class MethodSummaries
{
    private static readonly Dictionary<string, (string Text, string[] Events)> All = new()
    {
        [CommandNames.CallStart] = ("Rings the caller, then the callee, and connects them.",
            [EventNames.CallAnswer, EventNames.TransferAccept, EventNames.CallStart, EventNames.CallAnswer]),
        [CommandNames.CallBlindTransfer] = ("Connects one party of a call with somebody new and hangs up the other.", [EventNames.TransferAccept, EventNames.CallStart]),
        [CommandNames.CallAttendedTransfer] = ("Connects a party of one call with a party of another and hangs up the other two.", [EventNames.TransferAccept, EventNames.CallStart]),
        [CommandNames.CallHold] = ("Puts one party or both on hold.", [EventNames.CallHold]),
        [CommandNames.CallUnHold] = ("Takes the parties that are on hold off it.", [EventNames.CallUnHold]),
        [CommandNames.CallEnd] = ("Hangs up both parties.", []),
        [CommandNames.Subscribe] = ("Tells of all calls from now on, until Unsubscribe or the end of the socket.",
        [
            EventNames.CallIncoming, EventNames.CallNew, EventNames.CallRinging, EventNames.CallAnswer, EventNames.CallHold, EventNames.CallUnHold, EventNames.CallTransfer,
            EventNames.CallDtmf, EventNames.CallEnd, EventNames.EventsLost,
        ]),
        [CommandNames.Unsubscribe] = ("Ends one subscription of this socket, or all.", []),
        [CommandNames.CallList] = ("The calls there are, in the result.", []),
        [CommandNames.CallGet] = ("One call, in the result.", []),
        [CommandNames.CallPlay] = ("Plays a file or a tone to one party or both; ends when all is played.", [EventNames.PlayStart]),
        [CommandNames.CallStop] = ("Ends what is played.", []),
        [CommandNames.CallRecord] = ("Begins or ends a recording of both directions.", [EventNames.RecordStart]),
        [CommandNames.CallDtmf] = ("Presses keys towards a party; ends when all are sent.", []),
        [CommandNames.CallBridge] = ("Connects a party of one call with a party of another without asking their phones.", []),
        [CommandNames.CallReject] = ("Refuses a call that has come in.", []),
        [CommandNames.CallAnswer] = ("Answers a call that has come in.", []),
        [CommandNames.CallRedirect] = ("Sends a call that has come in elsewhere.", []),
        [CommandNames.Echo] = ("Says back what it is told.", [EventNames.Reply]),
    };

    public static (string Text, IReadOnlyList<string> Events) Of(string method) => All[method];
}
