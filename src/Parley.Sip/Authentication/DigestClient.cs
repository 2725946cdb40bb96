using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Authentication;

/// <summary>
/// Answers challenges with credentials (RFC 3261 §22.2, §22.3; RFC 7616; RFC 8760), and goes on using a nonce with a rising count so that later requests need no
/// challenge. Not thread-safe: one per lane-bound owner, such as an endpoint's lane or a registration.
/// </summary>
public sealed class DigestClient
{
    // Realms a client meets are its provider's proxies and servers; a stranger who challenges with ever new realms finds the oldest forgotten.
    private const int MaxSessions = 16;

    private readonly IReadOnlyList<DigestCredentials> _credentials;
    private readonly List<Session> _sessions = [];

    /// <summary>Makes a client.</summary>
    /// <param name="credentials">What it may answer with; for a realm the first that fits is taken.</param>
    /// <exception cref="ArgumentException">Credentials have CR, LF or NUL in them, neither password nor HA1, or an HA1 that is none.</exception>
    public DigestClient(IReadOnlyList<DigestCredentials> credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        foreach (var one in credentials)
            Check(one, nameof(credentials));
        _credentials = credentials;
    }

    /// <summary>Answers the challenges of a 401 or 407.</summary>
    /// <param name="response">The response; of the challenges for one realm the strongest that can be answered is.</param>
    /// <param name="method">Method of the request that will be sent again.</param>
    /// <param name="uri">Its request-URI.</param>
    /// <param name="retried">
    /// True when the refused request carried credentials already. Then only stale challenges are answered: the others mean that the credentials are wrong, and trying
    /// again would go on for ever.
    /// </param>
    /// <returns>
    /// The header fields to add to the request, those for realms that challenged earlier included; empty when it cannot be sent again with a chance.
    /// </returns>
    public IReadOnlyList<SipHeader> Answer(SipMessage response, ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri, bool retried = false)
    {
        ArgumentNullException.ThrowIfNull(response);
        var headers = new List<SipHeader>();
        var others = _sessions.ToList();
        foreach (var realm in DigestChallenge.ReadAll(response).GroupBy(challenge => (challenge.Realm, challenge.IsProxy)))
        {
            // RFC 7616 §3.7: the first one that is understood is the server's choice; taking the strongest resists a downgrade as well.
            foreach (var challenge in realm.OrderByDescending(challenge => challenge.Algorithm))
            {
                var credentials = _credentials.FirstOrDefault(one => one.Fits(challenge.Realm, challenge.Algorithm));
                if (credentials is null)
                    continue;
                if (retried && !challenge.IsStale)
                    return [];
                headers.Add(Begin(challenge, credentials).Next(method, uri));
                others.RemoveAll(session => session.Challenge.Realm == challenge.Realm && session.Challenge.IsProxy == challenge.IsProxy);
                break;
            }
        }

        if (headers.Count == 0)
            return headers;
        // RFC 3261 §22.3: with several realms on the way the request carries the credentials of each, also of those that did not challenge this time.
        foreach (var session in others)
            headers.Add(session.Next(method, uri));
        return headers;
    }

    /// <summary>Header fields for a further request, from the challenges answered before, so that it is not challenged again (RFC 3261 §22.3, RFC 7616 §3.6).</summary>
    /// <param name="method">Its method.</param>
    /// <param name="uri">Its request-URI.</param>
    public IReadOnlyList<SipHeader> Continue(ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
    {
        if (_sessions.Count == 0)
            return [];
        var headers = new List<SipHeader>(_sessions.Count);
        foreach (var session in _sessions)
            headers.Add(session.Next(method, uri));
        return headers;
    }

    /// <summary>Forgets all nonces; the next request is sent without credentials.</summary>
    public void Forget() => _sessions.Clear();

    private Session Begin(DigestChallenge challenge, DigestCredentials credentials)
    {
        _sessions.RemoveAll(session => session.Challenge.Realm == challenge.Realm && session.Challenge.IsProxy == challenge.IsProxy);
        if (_sessions.Count == MaxSessions)
            _sessions.RemoveAt(0);
        var begun = new Session(challenge, credentials, RandomNumberGenerator.GetHexString(32, lowercase: true));
        _sessions.Add(begun);
        return begun;
    }

    private static void Check(DigestCredentials credentials, string argument)
    {
        if (credentials.Username.AsSpan().ContainsAny('\r', '\n', '\0') || credentials.Realm.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException("User name and realm must not contain CR, LF or NUL.", argument);
        if (credentials.Password is null == credentials.Ha1 is null)
            throw new ArgumentException($"The credentials of '{credentials.Username}' need either a password or an HA1.", argument);
        if (credentials.Ha1 is { } ha1 && (ha1.Length != DigestHash.HexLength(credentials.Ha1Algorithm) || !ha1.All(char.IsAsciiHexDigit)))
            throw new ArgumentException($"The HA1 of '{credentials.Username}' is no {credentials.Ha1Algorithm} hash in hexadecimal.", argument);
    }

    /// <summary>A nonce in use.</summary>
    internal sealed class Session(DigestChallenge challenge, DigestCredentials credentials, string clientNonce)
    {
        private uint _count;

        public DigestChallenge Challenge => challenge;

        public SipHeader Next(ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
        {
            _count++;
            var count = _count.ToString("x8", CultureInfo.InvariantCulture);
            // What stands between the quotes is what is hashed (RFC 7616 §3.4.2 unq).
            var username = Escaping.Quote(credentials.Username);
            var input = new DigestInput
            {
                Method = method,
                Uri = uri,
                Nonce = Encoding.UTF8.GetBytes(challenge.Nonce),
                Count = Encoding.ASCII.GetBytes(count),
                ClientNonce = Encoding.ASCII.GetBytes(clientNonce),
            };
            Span<byte> ha1 = stackalloc byte[DigestHash.MaxHex];
            Span<byte> response = stackalloc byte[DigestHash.MaxHex];
            var ha1Length = WriteHa1(username[1..^1], ha1);
            var length = DigestHash.Response(challenge.Algorithm, response, input, ha1[..ha1Length], challenge.OffersAuth);
            var value = Write(username, Encoding.UTF8.GetString(uri), Encoding.ASCII.GetString(response[..length]), count);
            return new SipHeader(challenge.IsProxy ? "Proxy-Authorization" : "Authorization", value);
        }

        private int WriteHa1(string username, Span<byte> ha1)
        {
            var length = credentials.WriteHa1(challenge.Algorithm, Encoding.UTF8.GetBytes(username), Encoding.UTF8.GetBytes(challenge.Realm), ha1);
            if (!challenge.IsSession)
                return length;
            return DigestHash.Join(challenge.Algorithm, ha1, ha1[..length], Encoding.UTF8.GetBytes(challenge.Nonce), Encoding.ASCII.GetBytes(clientNonce));
        }

        // RFC 7616 §3.4: username, realm, nonce, uri, response, cnonce and opaque are quoted; algorithm, qop and nc are not.
        private string Write(string username, string uri, string response, string count)
        {
            var text = new StringBuilder("Digest username=").Append(username)
                .Append(", realm=\"").Append(challenge.Realm)
                .Append("\", nonce=\"").Append(challenge.Nonce)
                .Append("\", uri=\"").Append(uri)
                .Append("\", response=\"").Append(response)
                .Append("\", algorithm=").Append(Encoding.ASCII.GetString(DigestHash.Name(challenge.Algorithm)));
            if (challenge.IsSession)
                text.Append("-sess");
            if (challenge.OffersAuth)
                text.Append(", qop=auth, nc=").Append(count);
            if (challenge.OffersAuth || challenge.IsSession)
                text.Append(", cnonce=\"").Append(clientNonce).Append('"');
            if (challenge.Opaque is not null)
                text.Append(", opaque=\"").Append(challenge.Opaque).Append('"');
            return text.ToString();
        }
    }
}
