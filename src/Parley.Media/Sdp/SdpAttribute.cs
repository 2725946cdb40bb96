using System.Text;

namespace Parley.Media.Sdp;

/// <summary>An <c>a=</c> line: a property (<c>a=sendonly</c>) or a name with a value (<c>a=ptime:20</c>) (RFC 8866 §5.13). Its text form, which is not that of the line, shows no key.</summary>
public sealed record SdpAttribute
{
    /// <summary>Makes an attribute.</summary>
    /// <param name="name">Name before the colon.</param>
    /// <param name="value">Text after the colon, or null for a property attribute.</param>
    /// <exception cref="ArgumentException">The name is empty or contains a colon, or either contains CR, LF or NUL.</exception>
    public SdpAttribute(string name, string? value = null)
    {
        Name = SdpText.AttributeName(name, nameof(name));
        Value = value is null ? null : SdpText.Value(value, nameof(value));
    }

    /// <summary>Name before the colon.</summary>
    public string Name { get; }

    /// <summary>Text after the colon; null for a property attribute, empty when the colon stands last.</summary>
    public string? Value { get; }

    /// <summary>Whether the attribute has this name, without regard to case.</summary>
    /// <param name="name">Name to compare with.</param>
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Name = {Name}, Value = {(Is("crypto") ? "***" : Value)}");
        return true;
    }
}
