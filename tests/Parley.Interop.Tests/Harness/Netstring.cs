using System.Globalization;
using System.Text;

namespace Parley.Interop.Tests.Harness;

/// <summary>The framing of baresip's control port: decimal length, colon, that many bytes, comma.</summary>
internal static class Netstring
{
    public static byte[] Write(string text) => Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(text)}:{text},");

    /// <summary>Takes the first whole string off the front of <paramref name="buffer"/>; null if there is none yet.</summary>
    public static string? TryTake(List<byte> buffer)
    {
        var colon = buffer.IndexOf((byte)':');
        if (colon < 0)
            return null;
        var length = int.Parse(Encoding.ASCII.GetString([.. buffer[..colon]]), CultureInfo.InvariantCulture);
        if (buffer.Count < colon + 1 + length + 1)
            return null;
        var text = Encoding.UTF8.GetString([.. buffer.GetRange(colon + 1, length)]);
        buffer.RemoveRange(0, colon + 1 + length + 1);
        return text;
    }
}
