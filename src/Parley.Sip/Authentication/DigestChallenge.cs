using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Authentication;

/// <summary>One digest challenge of a 401 or 407 (RFC 3261 §22, RFC 7616 §3.3). Immutable.</summary>
public sealed class DigestChallenge
{
    private DigestChallenge(bool isProxy) => IsProxy = isProxy;

    /// <summary>True from Proxy-Authenticate, false from WWW-Authenticate.</summary>
    public bool IsProxy { get; }

    /// <summary>The protection domain, as written between its quotes.</summary>
    public string Realm { get; private set; } = "";

    /// <summary>The server's nonce.</summary>
    public string Nonce { get; private set; } = "";

    /// <summary>Data to be sent back unchanged; null when there is none.</summary>
    public string? Opaque { get; private set; }

    /// <summary>The hash; MD5 when none is named.</summary>
    public DigestAlgorithm Algorithm { get; private set; }

    /// <summary>True for the <c>-sess</c> form of the algorithm.</summary>
    public bool IsSession { get; private set; }

    /// <summary>True when quality of protection "auth" is offered; false for a server of RFC 2069's time, which offers none.</summary>
    public bool OffersAuth { get; private set; }

    /// <summary>True when only the nonce had expired and the credentials were right.</summary>
    public bool IsStale { get; private set; }

    /// <summary>Every challenge of a response that can be answered: unknown schemes, algorithms and qualities of protection are left out (RFC 8760 §2.4).</summary>
    public static IReadOnlyList<DigestChallenge> ReadAll(SipMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var challenges = new List<DigestChallenge>();
        Read(response, HeaderId.WwwAuthenticate, isProxy: false, challenges);
        Read(response, HeaderId.ProxyAuthenticate, isProxy: true, challenges);
        return challenges;
    }

    /// <summary>Reads one header value. False when it is no digest challenge or none that can be answered.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, bool isProxy, [NotNullWhen(true)] out DigestChallenge? challenge)
    {
        challenge = null;
        if (!AuthParameterReader.TryBegin(value, out var reader))
            return false;
        var read = new DigestChallenge(isProxy);
        var usable = true;
        while (reader.MoveNext())
            usable &= read.Take(reader);
        if (!usable || !reader.IsValid || read.Nonce.Length == 0)
            return false;
        challenge = read;
        return true;
    }

    private static void Read(SipMessage response, HeaderId id, bool isProxy, List<DigestChallenge> challenges)
    {
        foreach (var line in response.Lines(id))
        {
            if (TryParse(line, isProxy, out var challenge))
                challenges.Add(challenge);
        }
    }

    private bool Take(in AuthParameterReader parameter)
    {
        var value = parameter.Value;
        if (parameter.Is("realm"u8))
            Realm = Encoding.UTF8.GetString(value);
        else if (parameter.Is("nonce"u8))
            Nonce = Encoding.UTF8.GetString(value);
        else if (parameter.Is("opaque"u8))
            Opaque = Encoding.UTF8.GetString(value);
        else if (parameter.Is("stale"u8))
            IsStale = Ascii.EqualsIgnoreCase(value, "true"u8);
        else if (parameter.Is("qop"u8))
            return OffersAuth = HasAuth(value);
        else if (parameter.Is("algorithm"u8))
            return TakeAlgorithm(value);
        return true;
    }

    private bool TakeAlgorithm(ReadOnlySpan<byte> name)
    {
        var known = DigestHash.TryParse(name, out var algorithm, out var session);
        Algorithm = algorithm;
        IsSession = session;
        return known;
    }

    private static bool HasAuth(ReadOnlySpan<byte> list)
    {
        foreach (var range in list.Split((byte)','))
        {
            if (Ascii.EqualsIgnoreCase(SipSyntax.Trim(list[range]), "auth"u8))
                return true;
        }

        return false;
    }
}
