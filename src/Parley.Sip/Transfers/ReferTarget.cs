using System.Diagnostics.CodeAnalysis;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Transfers;

/// <summary>What a Refer-To header asks for, taken apart.</summary>
internal sealed record ReferTarget(SipAddress Address, SipUri Uri, SipMethod Method, IReadOnlyList<SipHeader> Headers, Replaces? Replaces)
{
    /// <summary>Longest Refer-To: a URI with an escaped Replaces and some headers takes 500 bytes, and whoever sends on what is longer may find nobody who takes it.</summary>
    public const int MaxLength = 2048;

    // More than anybody has been seen to put into a URI.
    private const int MaxHeaders = 16;

    // RFC 3261 §19.1.5: a header somebody else has chosen is only taken when it can do no harm.
    private static readonly string[] s_harmless =
        ["Replaces", "Require", "Accept-Contact", "Reject-Contact", "Request-Disposition", "Subject", "In-Reply-To"];

    /// <summary>Reads the Refer-To of a REFER; there has to be exactly one (RFC 3515 §2.4.2).</summary>
    public static bool TryRead(SipMessage refer, [NotNullWhen(true)] out ReferTarget? target, out string problem)
    {
        target = null;
        var count = 0;
        SipAddress? address = null;
        foreach (var value in refer.Values(HeaderId.ReferTo))
        {
            problem = $"Refer-To is longer than {MaxLength} bytes";
            if (value.Length > MaxLength)
                return false;
            problem = "Refer-To cannot be read";
            if (!NameAddrView.TryParse(value, out var view) || !SipAddress.TryFromView(view, out address))
                return false;
            count++;
        }

        problem = "REFER needs one Refer-To";
        if (count != 1 || address is null)
            return false;
        var uri = address.Uri;
        if (uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
        {
            target = new ReferTarget(address, uri, SipMethod.Invite, [], null);
            return true;
        }

        problem = "The headers of Refer-To cannot be read";
        if (!TryReadHeaders(uri, out var headers, out var replaces))
            return false;
        var method = uri.GetParameter("method") is { } name ? SipMethods.Find(Encoding.UTF8.GetBytes(name)) : SipMethod.Invite;
        target = new ReferTarget(address, uri.WithoutHeaders().WithoutParameter("method"), method, headers, replaces);
        return true;
    }

    private static bool TryReadHeaders(SipUri uri, out List<SipHeader> headers, out Replaces? replaces)
    {
        headers = [];
        replaces = null;
        if (uri.Headers.Count > MaxHeaders)
            return false;
        foreach (var header in uri.Headers)
        {
            var name = Escaping.Unescape(header.Name);
            var value = Escaping.Unescape(header.Value ?? "");
            if (value.AsSpan().ContainsAnyInRange('\0', '\x1f') || value.Contains('\x7f', StringComparison.Ordinal))
                return false;
            if (!IsHarmless(name))
                continue;
            if (name.Equals("Replaces", StringComparison.OrdinalIgnoreCase) && (replaces is not null || !Replaces.TryParse(value, out replaces)))
                return false;
            headers.Add(new SipHeader(name, value));
        }

        return true;
    }

    private static bool IsHarmless(string name)
    {
        if (name.StartsWith("X-", StringComparison.OrdinalIgnoreCase) && SipSyntax.IsToken(Encoding.UTF8.GetBytes(name)))
            return true;
        foreach (var known in s_harmless)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
