using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>Books calls in and out, so that each is counted once and its handler hears its end once.</summary>
internal static class CallLedger
{
    public static void Began(UserAgentLane ua, ILiveCall call, bool incoming)
    {
        ua.Add(call);
        if (incoming)
        {
            ua.Counts.IncomingCalls++;
            ua.Counts.IncomingCallsTotal++;
        }
        else
        {
            ua.Counts.OutgoingCalls++;
            ua.Counts.OutgoingCallsTotal++;
        }
    }

    /// <summary>An answered call is held by its session from here on.</summary>
    public static void Became(UserAgentLane ua, ILiveCall invite, ILiveCall session)
    {
        ua.Add(session);
        ua.Remove(invite);
    }

    public static void Ended(UserAgentLane ua, ILiveCall call, bool incoming, CallEnd end, IInviteSessionHandler? handler, SipMessage? message)
    {
        if (incoming)
            ua.Counts.IncomingCalls--;
        else
            ua.Counts.OutgoingCalls--;
        ua.Counts.CountEnd(end.Kind);
        try
        {
            handler?.OnEnded(end, message);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            ua.OnHandlerFault(e);
        }

        ua.Remove(call);
    }
}
