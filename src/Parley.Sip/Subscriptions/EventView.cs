using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Subscriptions;

/// <summary>An Event header: the package and, when there are several subscriptions to it in one dialog, the id (RFC 6665 §8.2.1). A view.</summary>
internal readonly ref struct EventView
{
    private EventView(ReadOnlySpan<byte> type, ReadOnlySpan<byte> id)
    {
        Type = type;
        Id = id;
    }

    public ReadOnlySpan<byte> Type { get; }

    public ReadOnlySpan<byte> Id { get; }

    public static bool TryParse(ReadOnlySpan<byte> value, out EventView view)
    {
        view = default;
        var end = value.IndexOf((byte)';');
        var type = SipSyntax.Trim(end < 0 ? value : value[..end]);
        if (!SipSyntax.IsToken(type))
            return false;
        if (ParameterReader.TryFind(end < 0 ? default : value[end..], "id"u8, out var id) && !SipSyntax.IsToken(id))
            return false;
        view = new EventView(type, id);
        return true;
    }

    /// <summary>Package and id are compared byte by byte (RFC 6665 §8.2.1).</summary>
    public bool Is(string type, string id) => Ascii.Equals(Type, type) && Ascii.Equals(Id, id);
}
