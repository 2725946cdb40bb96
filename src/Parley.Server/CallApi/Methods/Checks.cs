using Parley.Contracts.Commands;
using Parley.Media.Codecs;
using Parley.Server.CallApi.JsonRpc;
using Parley.Sip.Messages;

namespace Parley.Server.CallApi.Methods;

/// <summary>What the types of parameters cannot say. Each throws a <see cref="RequestException"/> that names the parameter.</summary>
internal static class Checks
{
    // Longer than any address or Call-ID seen; what is longer is no mistake of typing.
    private const int MaxText = 1_024;

    private const int MaxHeaders = 32;

    private const int MaxDigits = 64;

    // Ten minutes: nobody lets a phone ring for longer.
    private const double MaxSeconds = 600;

    public static void CmdId(string? id)
    {
        if (id is not null && (id.Length is 0 or > CommandParameters.MaxCmdId || id.Any(char.IsControl)))
            throw RequestException.Parameter("cmd_id", $"has to have 1 to {CommandParameters.MaxCmdId} characters, none of them a control character.");
    }

    /// <summary>Somebody to be called.</summary>
    public static SipUri Uri(string name, string text)
    {
        if (text.Length <= MaxText && SipUri.TryParse(text, out var uri) && uri.Scheme is SipScheme.Sip or SipScheme.Sips or SipScheme.Tel)
        {
            // They would become header fields of the INVITE (RFC 3261 §19.1.1).
            return uri.Headers.Count == 0 ? uri : throw RequestException.Parameter(name, "may have no headers after a question mark.");
        }

        throw RequestException.Parameter(name, "has to be a SIP URI such as sip:alice@example.com, sips:alice@example.com or tel:+491234.");
    }

    /// <summary>Somebody to be shown.</summary>
    public static SipAddress? Address(string name, string? text)
    {
        if (text is null)
            return null;
        if (text.Length <= MaxText && SipAddress.TryParse(text, out var address) && address.Uri.Scheme is SipScheme.Sip or SipScheme.Sips or SipScheme.Tel)
            return address;
        throw RequestException.Parameter(name, "has to be an address such as sip:alice@example.com or \"Alice\" <sip:alice@example.com>.");
    }

    /// <summary>A Call-ID, or the stable id of a call.</summary>
    public static string CallId(string name, string text)
    {
        if (text.Length is > 0 and <= MaxText && text.All(c => c is > ' ' and < '\x7f'))
            return text;
        throw RequestException.Parameter(name, "has to be a Call-ID: printable characters without blanks.");
    }

    /// <summary>Header fields of an INVITE.</summary>
    public static List<SipHeader> Headers(string name, IReadOnlyDictionary<string, string>? fields)
    {
        if (fields is null)
            return [];
        if (fields.Count > MaxHeaders)
            throw RequestException.Parameter(name, $"may have {MaxHeaders} fields.");
        var headers = new List<SipHeader>();
        foreach (var (field, value) in fields)
        {
            SipHeader header;
            try
            {
                header = new(field, value);
            }
            catch (ArgumentException)
            {
                throw RequestException.Parameter(name, "has to have names that are tokens, and values without line ends.");
            }

            if (header.IsReserved || Ruling.Contains(field))
                throw RequestException.Parameter(name, $"may not have {field}: the server writes that itself.");
            headers.Add(header);
        }

        return headers;
    }

    /// <summary>A number of seconds that a phone may ring.</summary>
    public static TimeSpan? Seconds(string name, double? seconds)
    {
        if (seconds is null)
            return null;
        return seconds is > 0 and <= MaxSeconds ? TimeSpan.FromSeconds(seconds.Value) : throw RequestException.Parameter(name, $"has to be a number of seconds, more than 0 and at most {MaxSeconds}.");
    }

    /// <summary>A number within bounds.</summary>
    public static T? Within<T>(string name, T? number, T least, T most)
        where T : struct, System.Numerics.INumber<T> =>
        number is null || (number >= least && number <= most) ? number : throw RequestException.Parameter(name, $"has to be a number from {least} to {most}.");

    /// <summary>Names of codecs; null for none named.</summary>
    public static IReadOnlyList<string>? Codecs(string name, IReadOnlyList<string>? codecs)
    {
        if (codecs is null)
            return null;
        if (codecs.Count == 0)
            throw RequestException.Parameter(name, "names no codec; leave it out for all.");
        foreach (var codec in codecs)
        {
            if (!AudioCodecs.TryFind(codec, out _, out var problem))
                throw RequestException.Parameter(name, $"names what cannot be used: {problem}");
        }

        return codecs;
    }

    /// <summary>Keys of a phone.</summary>
    public static string Digits(string name, string digits)
    {
        if (digits.Length is > 0 and <= MaxDigits && digits.All(c => char.IsAsciiDigit(c) || c is '*' or '#' or (>= 'A' and <= 'D') or (>= 'a' and <= 'd')))
            return digits.ToUpperInvariant();
        throw RequestException.Parameter(name, $"has to be 1 to {MaxDigits} of 0-9, *, #, A-D.");
    }

    /// <summary>Text that goes into a header or names a file; null stays null.</summary>
    public static string? Text(string name, string? text)
    {
        if (text is null || (text.Length is > 0 and <= MaxText && !text.Any(char.IsControl)))
            return text;
        throw RequestException.Parameter(name, $"has to have 1 to {MaxText} characters, none of them a control character.");
    }

    /// <summary>A name of a file, without folder.</summary>
    public static string? FileName(string name, string? text)
    {
        if (text is null || (text.Length is > 0 and <= 128 && text[0] != '.' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')))
            return text;
        throw RequestException.Parameter(name, "has to be the name of a file, of letters, digits, '-', '_' and '.', and no folder.");
    }

    // What would change the rules of the call, beside what the endpoint refuses by itself.
    private static readonly HashSet<string> Ruling = new(StringComparer.OrdinalIgnoreCase)
    {
        "Content-Encoding", "e", "Require", "Proxy-Require", "Supported", "k", "Allow", "Replaces", "Join", "Refer-To", "r", "Expires", "Event", "o", "MIME-Version",
    };
}
