using System.Text.Json;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;
using Parley.Server.Voice.Records;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Server.Voice.Sessions;

/// <summary>When what happened to a call.</summary>
/// <param name="Started">Its session, or its INVITE.</param>
/// <param name="Rang">The first time it rang; null for never.</param>
/// <param name="Answered">The answer; null for none.</param>
/// <param name="Ended">The end.</param>
internal readonly record struct CallTimes(DateTimeOffset Started, DateTimeOffset? Rang, DateTimeOffset? Answered, DateTimeOffset Ended);

/// <summary>What is told last of a call.</summary>
internal static class LastWords
{
    /// <summary>Of a call that has ended, or is being ended.</summary>
    /// <param name="call">The call.</param>
    /// <param name="end">How.</param>
    /// <param name="why">What the program said when it ended it; null when it did not.</param>
    /// <param name="times">When what happened.</param>
    public static HangupEvent Of(Call call, CallEnd end, (string Reason, string Initiator)? why, in CallTimes times)
    {
        var (reason, initiator) = why ?? HangupWords.Of(end, call.IsIncoming);
        return new()
        {
            Reason = reason,
            Initiator = initiator,
            Code = end.Status,
            StartTime = CallJournal.Text(times.Started),
            HangupTime = CallJournal.Text(times.Ended),
            AnswerTime = times.Answered is { } answered ? CallJournal.Text(answered) : null,
            RingingTime = times.Rang is { } rang ? CallJournal.Text(rang) : null,
            From = Party(call.From),
            To = Party(call.To),
        };
    }

    /// <summary>Of a call given up before there was anything of it: who began it is told all the same.</summary>
    public static HangupEvent OfNothing((string Reason, string Initiator)? why, in CallTimes times)
    {
        var (reason, initiator) = why ?? ("Canceled", "system");
        return new() { Reason = reason, Initiator = initiator, Code = 487, StartTime = CallJournal.Text(times.Started), HangupTime = CallJournal.Text(times.Ended) };
    }

    /// <summary>What goes with it: the session, what the options have as extra, headers of the other side.</summary>
    /// <param name="id">The session's.</param>
    /// <param name="started">When it began.</param>
    /// <param name="option">The call's options.</param>
    /// <param name="call">The call; null where there is none of SIP.</param>
    /// <param name="detail">One sentence where the reason says little; null for none.</param>
    public static Dictionary<string, JsonElement> Extra(string id, DateTimeOffset started, CallOption option, Call? call, string? detail)
    {
        var extra = new Dictionary<string, JsonElement>
        {
            ["session_id"] = Json(id), ["call_type"] = Json(call is null ? "websocket" : "sip"), ["start_time"] = Json(CallJournal.Text(started)),
        };
        foreach (var (name, value) in option.Extra ?? new Dictionary<string, string>())
            extra[name] = Json(value);
        foreach (var name in option.Sip?.ExtractHeaders ?? [])
        {
            if (call is not null && HeaderOf(call, name) is { } value)
                extra[name] = Json(value);
        }

        if (detail is not null)
            extra["detail"] = Json(detail);
        return extra;
    }

    /// <summary>A header of the other side, as it said it last: in its BYE, its answer or its INVITE.</summary>
    public static string? HeaderOf(Call call, string name) =>
        call.EndMessage?.GetString(name) ?? (call is OutgoingCall outgoing ? outgoing.Response?.GetString(name) : call.Header(name));

    private static Attendee Party(SipAddress address) => new() { Username = address.Uri.User, Realm = address.Uri.Host, Source = address.Uri.ToString() };

    private static JsonElement Json(string text) => JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\"");
}
