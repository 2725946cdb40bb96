using System.Collections.Frozen;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.BackToBack;

/// <summary>
/// Which headers go from one leg to the other. Whatever is asked for, those that belong to one leg's hop or dialog stay there: Via, From, To, Call-ID, CSeq, Contact,
/// Max-Forwards, Route, Record-Route, Path, Service-Route, Content-Length, Content-Type, credentials and challenges, what each leg supports, requires and allows, PRACK's and
/// the session timer's, Replaces, User-Agent and Server.
/// </summary>
public sealed class HeaderPassing
{
    private static readonly FrozenSet<HeaderId> s_hopOnly = new[]
    {
        HeaderId.Via, HeaderId.From, HeaderId.To, HeaderId.CallId, HeaderId.CSeq, HeaderId.Contact, HeaderId.MaxForwards, HeaderId.Route, HeaderId.RecordRoute,
        HeaderId.Path, HeaderId.ServiceRoute, HeaderId.ContentLength, HeaderId.ContentType, HeaderId.Authorization, HeaderId.ProxyAuthorization,
        HeaderId.WwwAuthenticate, HeaderId.ProxyAuthenticate, HeaderId.AuthenticationInfo, HeaderId.ProxyAuthenticationInfo, HeaderId.Supported, HeaderId.Require,
        HeaderId.ProxyRequire, HeaderId.Unsupported, HeaderId.Allow, HeaderId.AllowEvents, HeaderId.Accept, HeaderId.RSeq, HeaderId.RAck, HeaderId.SessionExpires,
        HeaderId.MinSE, HeaderId.Replaces, HeaderId.TargetDialog, HeaderId.UserAgent, HeaderId.Server, HeaderId.Timestamp, HeaderId.MimeVersion,
    }.ToFrozenSet();

    private readonly FrozenSet<string> _names;
    private readonly bool _all;

    private HeaderPassing(bool all, IEnumerable<string> names)
    {
        _all = all;
        _names = names.Select(LongName).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>No header.</summary>
    public static HeaderPassing None { get; } = new(false, []);

    /// <summary>Every header that may pass.</summary>
    public static HeaderPassing All { get; } = new(true, []);

    /// <summary>These headers, in long or compact form, where they may pass.</summary>
    public static HeaderPassing Only(params IReadOnlyList<string> names) => new(false, names);

    /// <summary>Every header that may pass but these.</summary>
    public static HeaderPassing AllExcept(params IReadOnlyList<string> names) => new(true, names);

    /// <summary>The headers of a message that pass, in its order.</summary>
    public IReadOnlyList<SipHeader> Of(SipMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!_all && _names.Count == 0)
            return [];
        var passed = new List<SipHeader>();
        for (var index = 0; index < message.HeaderCount; index++)
        {
            var header = message.Header(index);
            if (s_hopOnly.Contains(header.Id))
                continue;
            var name = header.Id == HeaderId.Unknown ? Encoding.ASCII.GetString(header.Name) : Encoding.ASCII.GetString(HeaderNames.Name(header.Id));
            if (_names.Contains(name) != _all)
                passed.Add(new SipHeader(name, Encoding.UTF8.GetString(header.Value)));
        }

        return passed;
    }

    private static string LongName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var id = HeaderNames.Find(Encoding.UTF8.GetBytes(name));
        return id == HeaderId.Unknown ? name : Encoding.ASCII.GetString(HeaderNames.Name(id));
    }
}
