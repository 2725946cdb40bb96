using Parley.Sip.Invites;

namespace Parley.Server.Voice.Sessions;

/// <summary>How the end of a call is put in words: its reason and whose doing it was.</summary>
internal static class HangupWords
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "ByCaller", "ByCallee", "ByRefer", "BySystem", "Autohangup", "InactivityTimeout", "NoAnswer", "NoBalance", "AnswerMachine", "ServerUnavailable", "Canceled", "Rejected", "Failed",
    };

    /// <summary>As the original prints its optional enumeration.</summary>
    public static string AsPrinted(string reason) => Known.Contains(reason)
        ? $"Some({reason})"
        : $"Some(Other(\"{reason.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"))";

    /// <summary>Of an end as signalling has it: a Reason header (RFC 3326) says more than a BYE alone.</summary>
    /// <param name="end">The end.</param>
    /// <param name="isIncoming">Whether the other side called.</param>
    public static (string Reason, string Initiator) Of(CallEnd end, bool isIncoming)
    {
        var (byThem, them) = isIncoming ? ("ByCaller", "caller") : ("ByCallee", "callee");
        return end switch
        {
            { Kind: CallEndKind.Cancelled, By: CallEndParty.Local } => ("Canceled", "system"),
            { Kind: CallEndKind.Cancelled } => ("Canceled", them),
            { Kind: CallEndKind.Completed, By: CallEndParty.Remote } => (Of(end.Cause) ?? byThem, them),
            { Kind: CallEndKind.Completed } => ("BySystem", "system"),
            { Kind: CallEndKind.NoAnswer } => ("NoAnswer", "system"),
            { Kind: CallEndKind.Rejected or CallEndKind.Redirected, By: CallEndParty.Remote } => (OfStatus(end.Status), them),
            { Kind: CallEndKind.Rejected or CallEndKind.Redirected } => ("Rejected", "system"),
            { Kind: CallEndKind.Unreachable } or { Status: 503 } => ("ServerUnavailable", "system"),
            _ => ("Failed", end.By == CallEndParty.Remote ? them : "system"),
        };
    }

    /// <summary>Of what a program said when it ended the call.</summary>
    public static string Of(string? reason, string initiator) => (initiator, reason?.ToLowerInvariant()) switch
    {
        ("caller", _) or (_, "caller") => "ByCaller",
        ("callee", _) or (_, "callee") => "ByCallee",
        (_, "refer") => "ByRefer",
        (_, null or "" or "system") => "BySystem",
        (_, "autohangup") => "Autohangup",
        (_, "inactivitytimeout") => "InactivityTimeout",
        (_, "canceled") => "Canceled",
        (_, "rejected") => "Rejected",
        (_, "failed") => "Failed",
        _ => reason!,
    };

    // The causes of ITU-T Q.850 that say more than "the other side hung up".
    private static string? Of(SipReason? cause) => cause switch
    {
        { Protocol: var name, Cause: var code } when name.Equals("Q.850", StringComparison.OrdinalIgnoreCase) => code switch
        {
            17 or 21 => "Rejected",
            18 or 19 => "NoAnswer",
            20 or 27 or 34 or 38 or 41 or 42 or 44 or 47 => "ServerUnavailable",
            _ => null,
        },
        { Protocol: var name, Cause: >= 300 and var status } when name.Equals("SIP", StringComparison.OrdinalIgnoreCase) => OfStatus(status),
        _ => null,
    };

    private static string OfStatus(int status) => status switch
    {
        402 => "NoBalance",
        408 or 480 => "NoAnswer",
        487 => "Canceled",
        500 or 502 or 503 or 504 => "ServerUnavailable",
        _ => "Rejected",
    };
}
