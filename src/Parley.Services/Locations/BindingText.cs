using System.Text;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Locations;

/// <summary>From the packed form to what is shown.</summary>
internal static class BindingText
{
    /// <summary>The binding a reader stands at; null when its Contact cannot be read, which only a damaged store can bring about.</summary>
    public static Binding? ToBinding(in BindingReader packed, SipChannel? channel)
    {
        if (!SipUri.TryParse(Encoding.ASCII.GetString(packed.Contact), out var contact))
            return null;
        return new Binding
        {
            Id = IdOf(packed.Id),
            Contact = contact,
            DisplayName = packed.DisplayName.IsEmpty ? null : Unquote(Encoding.UTF8.GetString(packed.DisplayName)),
            Q = packed.Q / 1000.0,
            Expires = DateTimeOffset.FromUnixTimeSeconds(packed.Expires),
            Updated = DateTimeOffset.FromUnixTimeSeconds(packed.Updated),
            Path = PathOf(packed.Path),
            Instance = packed.Instance.IsEmpty ? null : Encoding.UTF8.GetString(packed.Instance),
            RegId = (int)packed.RegId,
            Parameters = ParametersOf(packed.Parameters),
            CallId = Encoding.UTF8.GetString(packed.CallId),
            CSeq = packed.CSeq,
            UserAgent = Encoding.UTF8.GetString(packed.UserAgent),
            Source = packed.Source,
            Transport = packed.Transport,
            Flow = channel is not null && packed.Source.HasValue ? new SipFlow(channel, packed.Source) : null,
        };
    }

    public static string IdOf(uint id) => id.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    // RFC 3261 §25.1 quoted-string
    private static string Unquote(string name)
    {
        if (name is not ['"', .. var inner, '"'])
            return name;
        var text = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length)
                i++;
            text.Append(inner[i]);
        }

        return text.ToString();
    }

    private static List<SipUri> PathOf(ReadOnlySpan<byte> path)
    {
        List<SipUri> route = [];
        while (!path.IsEmpty)
        {
            var length = ListText.ValueLength(path, (byte)',');
            if (NameAddrView.TryParse(path[..length].Trim(" \t"u8), out var value) && value.TryGetUri(out var uri))
                route.Add(SipUri.FromView(uri));
            path = length < path.Length ? path[(length + 1)..] : default;
        }

        return route;
    }

    private static List<SipParameter> ParametersOf(ReadOnlySpan<byte> text)
    {
        List<SipParameter> parameters = [];
        while (ListText.NextParameter(ref text, out var name, out var value))
            parameters.Add(new(Encoding.ASCII.GetString(name), value.IsEmpty ? null : Encoding.UTF8.GetString(value)));
        return parameters;
    }
}
