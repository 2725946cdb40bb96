using System.Text.Json;
using Parley.Contracts.Voice.Events;
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
/// <param name="context">Whose call it is.</param>
/// <param name="session">The session's own call.</param>
internal sealed class LastWords(SessionContext context, SessionCall session)
{
    /// <summary>Of a call that has ended, or is being ended.</summary>
    /// <param name="call">The call: the session's own, or one it was connected with.</param>
    /// <param name="end">How.</param>
    /// <param name="why">What the program said when it ended it; null when it did not.</param>
    /// <param name="times">When what happened.</param>
    public HangupEvent Of(Call call, CallEnd end, (string Reason, string Initiator)? why, in CallTimes times)
    {
        var (reason, initiator) = why ?? HangupWords.Of(end, call.IsIncoming);
        return new()
        {
            TrackId = context.Id,
            Reason = WordOf(reason),
            Initiator = initiator,
            Code = end.Status,
            StartTime = CallJournal.Text(times.Started),
            HangupTime = CallJournal.Text(times.Ended),
            AnswerTime = times.Answered is { } answered ? CallJournal.Text(answered) : null,
            RingingTime = times.Rang is { } rang ? CallJournal.Text(rang) : null,
            From = Party(call.From),
            To = Party(call.To),
            Extra = Extra(call, reason is "Failed" or "ServerUnavailable" ? end.Reason : null),
        };
    }

    /// <summary>Of a call given up before there was anything of it: who began it is told all the same.</summary>
    public HangupEvent OfNothing()
    {
        var (reason, initiator) = session.Why ?? ("Canceled", "system");
        return new()
        {
            TrackId = context.Id, Reason = WordOf(reason), Initiator = initiator, Code = 487,
            StartTime = CallJournal.Text(session.Started), HangupTime = CallJournal.Text(context.Now),
        };
    }

    /// <summary>Of a session whose audio rode its socket.</summary>
    /// <param name="answered">When it began.</param>
    public HangupEvent OfSocket(DateTimeOffset answered)
    {
        var (reason, initiator) = session.Why ?? ("ByCaller", "caller");
        return new()
        {
            TrackId = context.Id, Reason = WordOf(reason), Initiator = initiator, Code = 200,
            StartTime = CallJournal.Text(session.Started), HangupTime = CallJournal.Text(context.Now), AnswerTime = CallJournal.Text(answered),
            From = Named(session.Option.Caller), To = Named(session.Option.Callee), Extra = Extra(null, null),
        };

        static Attendee? Named(string? who) => string.IsNullOrEmpty(who) ? null : new() { Source = who };
    }

    /// <summary>A header of the other side, as it said it last: in its BYE, its answer or its INVITE.</summary>
    public static string? HeaderOf(Call call, string name) =>
        call.EndMessage?.GetString(name) ?? (call is OutgoingCall outgoing ? outgoing.Response?.GetString(name) : call.Header(name));

    private string WordOf(string reason) => context.Core.Options.LegacyReasons ? HangupWords.AsPrinted(reason) : reason;

    // The session, what the options have as extra, headers of the other side; one sentence where the reason says little.
    private Dictionary<string, JsonElement> Extra(Call? call, string? detail)
    {
        var extra = new Dictionary<string, JsonElement>
        {
            ["session_id"] = Json(context.Id), ["call_type"] = Json(call is null ? "websocket" : "sip"), ["start_time"] = Json(CallJournal.Text(session.Started)),
        };
        foreach (var (name, value) in session.Option.Extra ?? new Dictionary<string, string>())
            extra[name] = Json(value);
        foreach (var name in session.Option.Sip?.ExtractHeaders ?? [])
        {
            if (call is not null && HeaderOf(call, name) is { } value)
                extra[name] = Json(value);
        }

        if (detail is not null)
            extra["detail"] = Json(detail);
        return extra;
    }

    private static Attendee Party(SipAddress address) => new() { Username = address.Uri.User, Realm = address.Uri.Host, Source = address.Uri.ToString() };

    private static JsonElement Json(string text) => JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\"");
}
