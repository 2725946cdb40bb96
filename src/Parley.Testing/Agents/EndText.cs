using System.Globalization;
using Parley.Sip.Invites;

namespace Parley.Testing.Agents;

/// <summary>A call's end as scripts see it: a reason, and a status only where a SIP response was the reason.</summary>
internal static class EndText
{
    public static string ReasonOf(CallEnd end) => StatusOf(end) is { } status
        ? string.Create(CultureInfo.InvariantCulture, $"{status} {end.Reason}")
        : end.By == CallEndParty.Local ? "Connection reset by user" : "Connection reset by peer";

    public static int? StatusOf(CallEnd end) => end.Kind switch
    {
        CallEndKind.Completed => null,
        CallEndKind.Cancelled => null,
        CallEndKind.Rejected or CallEndKind.Redirected => end.By == CallEndParty.Local ? null : end.Status,
        _ => end.Status,
    };
}
