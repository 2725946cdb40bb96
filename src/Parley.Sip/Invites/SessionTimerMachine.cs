using static Parley.Sip.Invites.SessionTimerEffects;
using static Parley.Sip.Invites.SessionTimerState;

namespace Parley.Sip.Invites;

/// <summary>Where a call's session timer stands.</summary>
internal enum SessionTimerState : byte
{
    /// <summary>There is none, or not any more.</summary>
    Off,

    /// <summary>This side refreshes, and has time.</summary>
    Refresher,

    /// <summary>This side's refresh is on its way.</summary>
    Refreshing,

    /// <summary>The peer refreshes.</summary>
    Watcher,
}

/// <summary>What can happen to it.</summary>
internal enum SessionTimerInput : byte
{
    /// <summary>A 2xx said that this side refreshes.</summary>
    AgreedLocal,

    /// <summary>A 2xx said that the peer refreshes.</summary>
    AgreedRemote,

    /// <summary>A 2xx said nothing: there is no timer (RFC 4028 §7.2).</summary>
    AgreedNone,

    /// <summary>The time to refresh has come.</summary>
    RefreshDue,

    /// <summary>Our refresh was refused; the call goes on.</summary>
    Refused,

    /// <summary>The session is about to expire.</summary>
    Expired,

    /// <summary>The call is over.</summary>
    Ended,
}

/// <summary>What is done about it.</summary>
[Flags]
internal enum SessionTimerEffects : byte
{
    None = 0,

    /// <summary>Forgets what was scheduled.</summary>
    Stop = 1,

    /// <summary>Refreshes after half the interval (RFC 4028 §7.2).</summary>
    RefreshAtHalf = 2,

    /// <summary>Tries again after an eighth of the interval.</summary>
    RefreshLater = 4,

    /// <summary>Ends the call a little before the interval is over (RFC 4028 §10).</summary>
    WatchExpiry = 8,

    /// <summary>Sends the refresh.</summary>
    Refresh = 16,

    /// <summary>Hangs up.</summary>
    HangUp = 32,
}

/// <summary>The rules of a session timer on either side (RFC 4028 §7.2, §9, §10).</summary>
internal static class SessionTimerMachine
{
    public static (SessionTimerState State, SessionTimerEffects Effects) Next(SessionTimerState state, SessionTimerInput input) => (state, input) switch
    {
        (_, SessionTimerInput.AgreedLocal) => (Refresher, Stop | RefreshAtHalf),
        (_, SessionTimerInput.AgreedRemote) => (Watcher, Stop | WatchExpiry),
        (_, SessionTimerInput.AgreedNone or SessionTimerInput.Ended) => (Off, Stop),
        (Refresher, SessionTimerInput.RefreshDue) => (Refreshing, Refresh | WatchExpiry),
        (Refreshing, SessionTimerInput.Refused) => (Refresher, RefreshLater),
        (Refresher or Refreshing or Watcher, SessionTimerInput.Expired) => (Off, Stop | HangUp),
        _ => (state, None),
    };
}
