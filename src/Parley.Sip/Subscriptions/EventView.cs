using Parley.Sip.Messages;

namespace Parley.Sip.Subscriptions;

/// <summary>An Event header: the package and, when there are several subscriptions to it in one dialog, the id (RFC 6665 §8.2.1). A view.</summary>
internal readonly ref struct EventView
{
    private EventView(ReadOnlySpan<byte> type, ReadOnlySpan<byte> id, ReadOnlySpan<byte> parameters)
    {
        Type = type;
        Id = id;
        Parameters = parameters;
    }

    public ReadOnlySpan<byte> Type { get; }

    public ReadOnlySpan<byte> Id { get; }

    public ReadOnlySpan<byte> Parameters { get; }

    public static bool TryParse(ReadOnlySpan<byte> value, out EventView view)
    {
        view = default;
        var end = value.IndexOf((byte)';');
        var type = SipSyntax.Trim(end < 0 ? value : value[..end]);
        if (!SipSyntax.IsToken(type))
            return false;
        var parameters = end < 0 ? default : value[end..];
        ParameterReader.TryFind(parameters, "id"u8, out var id);
        view = new EventView(type, id, parameters);
        return true;
    }

    /// <summary>Package and id are compared byte by byte (RFC 6665 §8.2.1).</summary>
    public bool Is(ReadOnlySpan<byte> type, ReadOnlySpan<byte> id) => Type.SequenceEqual(type) && Id.SequenceEqual(id);
}
