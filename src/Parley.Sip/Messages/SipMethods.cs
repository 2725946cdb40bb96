namespace Parley.Sip.Messages;

/// <summary>Names of <see cref="SipMethod"/>s.</summary>
public static class SipMethods
{
    private static readonly string[] Texts =
    [
        "", "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "PRACK", "UPDATE", "REFER", "SUBSCRIBE", "NOTIFY", "PUBLISH", "MESSAGE",
    ];

    private static readonly byte[][] Names = [.. Texts.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>The method of this name; case matters (RFC 3261 §7.1). <see cref="SipMethod.Other"/> when it has no number.</summary>
    public static SipMethod Find(ReadOnlySpan<byte> name)
    {
        var candidate = Candidate(name);
        return candidate != SipMethod.Other && name.SequenceEqual(Names[(int)candidate]) ? candidate : SipMethod.Other;
    }

    /// <summary>The name as it is written in messages; empty for <see cref="SipMethod.Other"/>.</summary>
    public static ReadOnlySpan<byte> Name(SipMethod method) => Names[(int)method];

    /// <summary>The name as a string, without allocating; empty for <see cref="SipMethod.Other"/>.</summary>
    public static string Text(SipMethod method) => Texts[(int)method];

    private static SipMethod Candidate(ReadOnlySpan<byte> name) => name.Length switch
    {
        3 => name[0] == 'A' ? SipMethod.Ack : SipMethod.Bye,
        4 => SipMethod.Info,
        5 => name[0] == 'R' ? SipMethod.Refer : SipMethod.Prack,
        6 => name[0] switch
        {
            (byte)'I' => SipMethod.Invite,
            (byte)'C' => SipMethod.Cancel,
            (byte)'N' => SipMethod.Notify,
            _ => SipMethod.Update,
        },
        7 => name[0] switch
        {
            (byte)'O' => SipMethod.Options,
            (byte)'M' => SipMethod.Message,
            _ => SipMethod.Publish,
        },
        8 => SipMethod.Register,
        9 => SipMethod.Subscribe,
        _ => SipMethod.Other,
    };
}
