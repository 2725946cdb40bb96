using System.Text;

namespace Parley.Sip.Authentication;

/// <summary>The parts of an Authorization or Proxy-Authorization value (RFC 7616 §3.4), as views.</summary>
internal ref struct DigestFields
{
    public ReadOnlySpan<byte> Username;
    public ReadOnlySpan<byte> Realm;
    public ReadOnlySpan<byte> Nonce;
    public ReadOnlySpan<byte> Uri;
    public ReadOnlySpan<byte> Response;
    public ReadOnlySpan<byte> Count;
    public ReadOnlySpan<byte> ClientNonce;
    public DigestAlgorithm Algorithm;
    public bool IsSession;
    public bool HasAuth;

    /// <summary>False for another scheme, an unknown algorithm, and what cannot be read.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out DigestFields fields)
    {
        fields = default;
        if (!AuthParameterReader.TryBegin(value, out var reader))
            return false;
        var known = true;
        while (reader.MoveNext())
            known &= fields.Take(reader);
        return known && reader.IsValid;
    }

    private bool Take(scoped in AuthParameterReader parameter)
    {
        var value = parameter.Value;
        if (parameter.Is("username"u8))
            Username = value;
        else if (parameter.Is("realm"u8))
            Realm = value;
        else if (parameter.Is("nonce"u8))
            Nonce = value;
        else if (parameter.Is("uri"u8))
            Uri = value;
        else if (parameter.Is("response"u8))
            Response = value;
        else if (parameter.Is("cnonce"u8))
            ClientNonce = value;
        else if (parameter.Is("nc"u8))
            Count = value;
        else if (parameter.Is("qop"u8))
            HasAuth = Ascii.EqualsIgnoreCase(value, "auth"u8);
        else if (parameter.Is("algorithm"u8))
            return DigestHash.TryParse(value, out Algorithm, out IsSession);
        return true;
    }
}
