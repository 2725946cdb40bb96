using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Authentication;

/// <summary>Challenges requests and checks their credentials (RFC 3261 §22, RFC 7616, RFC 8760). Thread-safe.</summary>
public sealed class DigestServer
{
    private readonly DigestServerOptions _options;
    private readonly TimeProvider _time;
    private readonly NonceSeal _seal = new();
    private readonly NonceCounts _counts;
    private readonly byte[] _realm;

    /// <summary>Makes a server; its nonces are good for its own lifetime only.</summary>
    /// <exception cref="ArgumentException">The realm has a quote, backslash or line end in it, or no algorithm is offered.</exception>
    public DigestServer(DigestServerOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Realm.AsSpan().ContainsAny("\"\\\r\n\0"))
            throw new ArgumentException("A realm must not contain quotes, backslashes, CR, LF or NUL.", nameof(options));
        if (options.Algorithms.Count == 0)
            throw new ArgumentException("At least one algorithm must be offered.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxNonces, 1, nameof(options));
        _options = options;
        _time = time;
        _counts = new NonceCounts(options.MaxNonces);
        _realm = Encoding.UTF8.GetBytes(options.Realm);
    }

    /// <summary>The status that goes with the challenge: 401, or 407 for a proxy.</summary>
    public int ChallengeStatus => _options.IsProxy ? 407 : 401;

    /// <summary>Writes the challenge, one header field per algorithm, into a response being written.</summary>
    /// <param name="writer">The response, after its start line and before its body.</param>
    /// <param name="stale">True when the credentials were right but the nonce was not: the client tries again without asking its user.</param>
    public void WriteChallenge(ref SipWriter writer, bool stale = false)
    {
        Span<byte> nonce = stackalloc byte[NonceSeal.HexLength];
        _seal.Write(Now, nonce);
        foreach (var algorithm in _options.Algorithms)
        {
            writer.Begin(_options.IsProxy ? HeaderId.ProxyAuthenticate : HeaderId.WwwAuthenticate);
            writer.Append("Digest realm=\""u8);
            writer.Append(_realm);
            writer.Append("\", nonce=\""u8);
            writer.Append(nonce);
            writer.Append("\", algorithm="u8);
            writer.Append(DigestHash.Name(algorithm));
            writer.Append(", qop=\"auth\""u8);
            if (stale)
                writer.Append(", stale=true"u8);
            writer.EndLine();
        }
    }

    /// <summary>The challenge as header fields, one per algorithm.</summary>
    /// <param name="stale">As for <see cref="WriteChallenge"/>.</param>
    public IReadOnlyList<SipHeader> Challenge(bool stale = false)
    {
        Span<byte> nonce = stackalloc byte[NonceSeal.HexLength];
        _seal.Write(Now, nonce);
        var text = Encoding.ASCII.GetString(nonce);
        var name = _options.IsProxy ? "Proxy-Authenticate" : "WWW-Authenticate";
        return
        [
            .. _options.Algorithms.Select(algorithm => new SipHeader(
                name,
                $"Digest realm=\"{Realm}\", nonce=\"{text}\", algorithm={Encoding.ASCII.GetString(DigestHash.Name(algorithm))}, qop=\"auth\"{(stale ? ", stale=true" : "")}")),
        ];
    }

    /// <summary>Who the credentials of a request for this realm claim it is from, so that the account can be fetched before they are checked. False when there are none.</summary>
    public bool TryReadUsername(SipMessage request, [NotNullWhen(true)] out string? username)
    {
        ArgumentNullException.ThrowIfNull(request);
        username = TryFindFields(request, out var fields) ? NameOf(fields) : null;
        return username is not null;
    }

    /// <summary>Checks the credentials of a request against an account found before.</summary>
    /// <param name="request">The request. Not an ACK or CANCEL: those cannot be challenged (RFC 3261 §22.1).</param>
    /// <param name="credentials">What the user must prove; null for an unknown user.</param>
    public DigestVerdict Verify(SipMessage request, DigestCredentials? credentials)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TryFindFields(request, out var fields) ? Check(request, fields, credentials) : DigestVerdict.Missing;
    }

    /// <summary>Checks the credentials of a request.</summary>
    /// <param name="request">The request. Not an ACK or CANCEL: those cannot be challenged (RFC 3261 §22.1).</param>
    /// <param name="username">Who it is when <see cref="DigestVerdict.Ok"/> or <see cref="DigestVerdict.Stale"/>, who it claims to be when <see cref="DigestVerdict.Refused"/>; else null.</param>
    public DigestVerdict Verify(SipMessage request, out string? username)
    {
        ArgumentNullException.ThrowIfNull(request);
        username = null;
        if (!TryFindFields(request, out var fields))
            return DigestVerdict.Missing;
        username = NameOf(fields);
        return Check(request, fields, _options.Find(username, _options.Realm));
    }

    /// <summary>The protection domain.</summary>
    public string Realm => _options.Realm;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool TryFindFields(SipMessage request, out DigestFields fields)
    {
        foreach (var line in request.Lines(_options.IsProxy ? HeaderId.ProxyAuthorization : HeaderId.Authorization))
        {
            if (DigestFields.TryParse(line, out fields) && fields.Realm.SequenceEqual(_realm))
                return true;
        }

        fields = default;
        return false;
    }

    private static string NameOf(in DigestFields fields) => fields.Username.Contains((byte)'\\')
        ? Escaping.Unquote([(byte)'"', .. fields.Username, (byte)'"'])
        : Encoding.UTF8.GetString(fields.Username);

    private DigestVerdict Check(SipMessage request, in DigestFields fields, DigestCredentials? credentials)
    {
        if (!_options.Algorithms.Contains(fields.Algorithm) || fields.IsSession || !fields.HasAuth)
            return DigestVerdict.Refused;
        if (_options.RequireSameUri && !IsSameUri(request, fields.Uri))
            return DigestVerdict.Refused;
        if (!_seal.TryRead(fields.Nonce, out var issued, out var nonce))
            return IsRight(request, fields, credentials) ? DigestVerdict.Stale : DigestVerdict.Refused; // of another server or before a restart
        if (!IsRight(request, fields, credentials))
            return DigestVerdict.Refused;
        var age = Now - issued;
        if (age < 0 || age > _options.NonceLifetime.TotalMilliseconds)
            return DigestVerdict.Stale;
        return uint.TryParse(fields.Count, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var count) && _counts.TryUse(nonce, issued, count)
            ? DigestVerdict.Ok
            : DigestVerdict.Stale;
    }

    private bool IsRight(SipMessage request, in DigestFields fields, DigestCredentials? credentials)
    {
        Span<byte> ha1 = stackalloc byte[DigestHash.MaxHex];
        var length = credentials?.WriteHa1(fields.Algorithm, fields.Username, _realm, ha1) ?? 0;
        if (length == 0)
            return false;
        var input = new DigestInput
        {
            Method = request.MethodName,
            Uri = fields.Uri,
            Nonce = fields.Nonce,
            Count = fields.Count,
            ClientNonce = fields.ClientNonce,
        };
        Span<byte> expected = stackalloc byte[DigestHash.MaxHex];
        length = DigestHash.Response(fields.Algorithm, expected, input, ha1[..length], qop: true);
        return CryptographicOperations.FixedTimeEquals(expected[..length], fields.Response);
    }

    private static bool IsSameUri(SipMessage request, ReadOnlySpan<byte> uri) =>
        uri.SequenceEqual(request.RequestUri)
        || (SipUri.TryParse(Encoding.UTF8.GetString(uri), out var theirs)
            && SipUri.TryParse(Encoding.UTF8.GetString(request.RequestUri), out var ours)
            && theirs.Equals(ours));
}
