using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Media.Codecs;
using Parley.Media.Srtp;
using Parley.Sip.Messages;

namespace Parley.Server.Voice.Sessions;

/// <summary>Options of a call as those of its signalling, and what of them cannot be honoured.</summary>
internal static class SipPlan
{
    // Longer than anybody lets it ring; what a proxy on the way has to say to it comes first.
    private static readonly TimeSpan LongestRinging = TimeSpan.FromDays(1);

    /// <summary>How a call is made.</summary>
    /// <param name="agent">Who makes it.</param>
    /// <param name="option">What the program wants.</param>
    /// <param name="callId">The Call-ID it is to have; one that cannot be a Call-ID is told, and another taken.</param>
    /// <param name="problems">What cannot be honoured is added.</param>
    public static DialOptions Dial(UserAgent agent, CallOption option, string? callId, List<VoiceProblem> problems)
    {
        var sip = option.Sip;
        if (callId is not null && !CanBeCallId(callId))
        {
            problems.Add(new("id", "cannot be a Call-ID: letters, digits and -.!%*_+`'~ with at most one @ between them can. The call has another one."));
            callId = null;
        }

        var caller = option.Caller is { Length: > 0 } given ? WithScheme(given)
            : sip is { Username: { Length: > 0 } user, Realm: { Length: > 0 } domain } ? $"sip:{user}@{domain}" : null;
        return new()
        {
            Caller = caller,
            CallId = callId,
            UserName = sip?.Username.Given(),
            Password = sip?.Password.Given(),
            Realm = sip?.Realm.Given(),
            ContactUser = ContactUser(agent, sip?.Contact, problems),
            Headers = Headers(sip?.Headers, "option.sip.headers", problems),
            MediaEncryption = sip?.EnableSrtp == true ? MediaEncryption.Required : null,
            Codecs = Codecs(agent, option.Codec, problems),
            RingTimeout = Ringing(option.HandshakeTimeout, problems) ?? new DialOptions().RingTimeout,
        };
    }

    /// <summary>How one is answered.</summary>
    public static AnswerOptions Answer(UserAgent agent, CallOption option, List<VoiceProblem> problems)
    {
        if (option.Sip?.Contact is { Length: > 0 })
            problems.Add(new("option.sip.contact", "is for calls that are made; one that is answered shows the server's own."));
        var codecs = Codecs(agent, option.Codec, problems);
        return new()
        {
            Headers = Headers(option.Sip?.Headers, "option.sip.headers", problems),
            MediaEncryption = option.Sip?.EnableSrtp == true ? MediaEncryption.Required : null,
            Codecs = codecs,
            PreferOwnCodecs = codecs is not null,
        };
    }

    /// <summary>Headers that can be sent; the others are told and left out.</summary>
    public static List<SipHeader> Headers(IReadOnlyDictionary<string, string>? headers, string field, List<VoiceProblem> problems)
    {
        var good = new List<SipHeader>();
        foreach (var (name, value) in headers ?? new Dictionary<string, string>())
        {
            try
            {
                var header = new SipHeader(name, value);
                if (header.IsReserved)
                    problems.Add(new($"{field}.{name}", "is written by the server itself."));
                else if (value.Any(char.IsControl))
                    problems.Add(new($"{field}.{name}", "has a control character in it."));
                else
                    good.Add(header);
            }
            catch (ArgumentException e)
            {
                problems.Add(new($"{field}.{name}", e.Message));
            }
        }

        return good;
    }

    /// <summary>A URI, whose scheme may have been left out.</summary>
    public static string WithScheme(string uri) =>
        uri.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("sips:", StringComparison.OrdinalIgnoreCase)
        || uri.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) || uri.Contains('<', StringComparison.Ordinal) ? uri : "sip:" + uri;

    /// <summary>Whether the host of a URI is an address of IPv6.</summary>
    public static bool IsIpv6(string uri) => SipAddress.TryParse(WithScheme(uri), out var address) && address.Uri.Host.Contains(':', StringComparison.Ordinal);

    /// <summary>Text for a reason phrase: control characters have no place in it.</summary>
    public static string? Phrase(string? text) => string.IsNullOrWhiteSpace(text) ? null : string.Concat(text.Select(one => char.IsControl(one) ? ' ' : one)).Trim();

    /// <summary>A session description to be shown: keys of the audio are nobody's business but the two ends'.</summary>
    public static string Shown(string? sdp)
    {
        if (sdp is null || !sdp.Contains("a=crypto:", StringComparison.Ordinal))
            return sdp ?? "";
        return string.Join("\r\n", sdp.Split("\r\n").Select(line =>
            line.StartsWith("a=crypto:", StringComparison.Ordinal) && line.IndexOf("inline:", StringComparison.Ordinal) is > 0 and var at ? line[..(at + 7)] + "***" : line));
    }

    private static TimeSpan? Ringing(double? seconds, List<VoiceProblem> problems)
    {
        if (seconds is null or 0)
            return null;
        if (seconds > 0)
            return seconds < LongestRinging.TotalSeconds ? TimeSpan.FromSeconds(seconds.Value) : LongestRinging;
        problems.Add(new("option.handshakeTimeout", "is in seconds, and more than 0."));
        return null;
    }

    // The preferred one first; the others are still there for a phone that does not know it.
    private static List<AudioCodec>? Codecs(UserAgent agent, string? name, List<VoiceProblem> problems)
    {
        if (name is not { Length: > 0 } || name.Equals("pcm", StringComparison.OrdinalIgnoreCase))
            return null;
        if (AudioCodecs.TryFind(name, out var codec, out var problem))
            return [codec, .. agent.Codecs.Where(other => other != codec)];
        problems.Add(new("option.codec", problem));
        return null;
    }

    private static string? ContactUser(UserAgent agent, string? contact, List<VoiceProblem> problems)
    {
        if (contact is not { Length: > 0 })
            return null;
        if (contact.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '.' or '_' or '+'))
            return contact;
        if (!SipAddress.TryParse(WithScheme(contact), out var address))
        {
            problems.Add(new("option.sip.contact", "is no SIP URI."));
            return null;
        }

        var host = address.Uri.Host;
        if (!agent.Listeners.Any(listener => listener.ToString()!.Contains(host, StringComparison.OrdinalIgnoreCase)))
            problems.Add(new("option.sip.contact", $"its user counts; instead of {host} there is the server's own address, since requests within the call have to come here."));
        return address.Uri.User;
    }

    private static bool CanBeCallId(string id)
    {
        var at = id.IndexOf('@', StringComparison.Ordinal);
        return id.Length > 0 && at == id.LastIndexOf('@') && at != 0 && at != id.Length - 1
            && id.All(one => char.IsAsciiLetterOrDigit(one) || "-.!%*_+`'~@".Contains(one, StringComparison.Ordinal));
    }
}
