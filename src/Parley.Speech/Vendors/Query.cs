using System.Text;

namespace Parley.Speech.Vendors;

/// <summary>Addresses with parameters.</summary>
internal static class Query
{
    /// <summary>The address with these parameters; extras replace those of the same name, parameters without a value are left out.</summary>
    public static Uri Build(Uri address, IReadOnlyDictionary<string, string> extra, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(address.Query.TrimStart('?'));
        foreach (var (name, value) in parameters)
        {
            if (value is not null && !extra.ContainsKey(name)) Append(text, name, value);
        }

        foreach (var (name, value) in extra) Append(text, name, value);
        return new UriBuilder(address) { Query = text.ToString() }.Uri;
    }

    private static void Append(StringBuilder text, string name, string value)
    {
        if (text.Length > 0) text.Append('&');
        text.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
    }
}
