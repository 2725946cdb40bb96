using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Parley.Sip.Messages;

/// <summary>A display name, a URI and header parameters, to keep: what From, To and Contact hold (RFC 3261 §20.10). Immutable.</summary>
public sealed class SipAddress : IEquatable<SipAddress>
{
    /// <summary>Makes an address.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="displayName">The name shown to people, unquoted; null for none.</param>
    /// <param name="parameters">Header parameters, values as they are to be written; null for none.</param>
    /// <exception cref="ArgumentException">The display name has CR, LF or NUL in it, or a parameter is malformed; the argument is named.</exception>
    public SipAddress(SipUri uri, string? displayName = null, IReadOnlyList<SipParameter>? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (displayName.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException("A display name must not contain CR, LF or NUL.", nameof(displayName));
        Uri = uri;
        DisplayName = string.IsNullOrEmpty(displayName) ? null : displayName;
        Parameters = parameters ?? [];
        foreach (var parameter in Parameters)
        {
            if (!IsValid(parameter))
                throw new ArgumentException("A parameter needs a token as name, and a token, host or quoted string as value.", nameof(parameters));
        }
    }

    private SipAddress(SipUri uri, IReadOnlyList<SipParameter> parameters, string displayName)
    {
        Uri = uri;
        DisplayName = displayName.Length == 0 ? null : displayName;
        Parameters = parameters;
    }

    /// <summary>The name shown to people, quotes and backslashes resolved; null when there is none.</summary>
    public string? DisplayName { get; }

    /// <summary>The URI.</summary>
    public SipUri Uri { get; }

    /// <summary>The header parameters, as written.</summary>
    public IReadOnlyList<SipParameter> Parameters { get; }

    /// <summary>The tag; null when there is none.</summary>
    public string? Tag => GetParameter("tag");

    /// <summary>Value of a header parameter, as written; null when it is absent, empty when it has no value.</summary>
    public string? GetParameter(string name)
    {
        foreach (var parameter in Parameters)
        {
            if (string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase))
                return parameter.Value ?? "";
        }

        return null;
    }

    /// <summary>Reads an address: <c>"Bob" &lt;sip:bob@host&gt;;tag=1</c> or a plain URI.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static SipAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var address)
            ? address
            : throw new FormatException("Not an address: expected something like \"Bob\" <sip:bob@host> or sip:bob@host.");
    }

    /// <summary>Reads an address. False when it is malformed.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SipAddress? address)
    {
        address = null;
        if (text is null || text.AsSpan().ContainsAny('\r', '\n', '\0'))
            return false;
        return NameAddrView.TryParse(SipSyntax.Trim(Encoding.UTF8.GetBytes(text)), out var view) && TryFromView(view, out address);
    }

    /// <summary>Makes a lasting copy of a view. False when its URI is malformed or a star.</summary>
    public static bool TryFromView(NameAddrView view, [NotNullWhen(true)] out SipAddress? address)
    {
        address = null;
        if (!view.TryGetUri(out var uri))
            return false;
        var parameters = new List<SipParameter>();
        var reader = new ParameterReader(view.Parameters);
        while (reader.MoveNext())
        {
            var value = reader.Value.IsEmpty ? null : Encoding.UTF8.GetString(reader.Value.Of(view.Parameters));
            parameters.Add(new SipParameter(Encoding.ASCII.GetString(reader.Name.Of(view.Parameters)), value));
        }

        // Not through the checks for what callers hand in: a quoted display name that came in a message may lawfully hold a NUL.
        address = new SipAddress(SipUri.FromView(uri), parameters, Escaping.Unquote(view.DisplayName));
        return true;
    }

    /// <summary>The same address with a tag; null takes it away.</summary>
    /// <exception cref="ArgumentException">The tag is no token.</exception>
    public SipAddress WithTag(string? tag)
    {
        var others = Parameters.Where(parameter => !string.Equals(parameter.Name, "tag", StringComparison.OrdinalIgnoreCase)).ToList();
        if (tag is not null && !SipSyntax.IsToken(Encoding.UTF8.GetBytes(tag)))
            throw new ArgumentException("A tag must be a token.", nameof(tag));
        if (tag is not null)
            others.Add(new SipParameter("tag", tag));
        return new SipAddress(Uri, DisplayName, others);
    }

    /// <inheritdoc/>
    public bool Equals(SipAddress? other) =>
        other is not null && DisplayName == other.DisplayName && Uri.Equals(other.Uri) && Parameters.SequenceEqual(other.Parameters);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SipAddress);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DisplayName, Uri);

    /// <summary>The address as it is written: the display name quoted, the URI in angle brackets, then the parameters.</summary>
    public override string ToString() => ToString(null);

    /// <summary>The address as it is written, with this tag in place of its own; null leaves it as it is.</summary>
    internal string ToString(string? tag)
    {
        var text = new StringBuilder(128);
        if (DisplayName is not null)
            text.Append(Escaping.Quote(DisplayName)).Append(' ');
        text.Append('<').Append(Uri).Append('>');
        for (var i = 0; i < Parameters.Count; i++)
        {
            var parameter = Parameters[i];
            if (tag is not null && string.Equals(parameter.Name, "tag", StringComparison.OrdinalIgnoreCase))
                continue;
            text.Append(';').Append(parameter.Name);
            if (parameter.Value is not null)
                text.Append('=').Append(parameter.Value);
        }

        if (tag is not null)
            text.Append(";tag=").Append(tag);
        return text.ToString();
    }

    private static bool IsValid(SipParameter parameter)
    {
        var text = Encoding.UTF8.GetBytes(parameter.Value is null ? ";" + parameter.Name : $";{parameter.Name}={parameter.Value}");
        if (text.AsSpan().ContainsAny(SipSyntax.LineBreak))
            return false;
        var reader = new ParameterReader(text);
        return reader.MoveNext() && reader.Name.Length == parameter.Name.Length && !reader.MoveNext() && reader.IsValid && reader.Position == text.Length;
    }
}
