using System.Globalization;
using System.Text;

namespace Parley.Testing.Agents;

/// <summary>Reads the state of a mailbox (RFC 3842 §5.2).</summary>
internal static class MailboxSummary
{
    /// <summary>New messages of all kinds; 1 where it only says that there are some.</summary>
    public static int Count(ReadOnlySpan<byte> body)
    {
        var (waiting, sum) = (false, 0);
        foreach (var line in Encoding.UTF8.GetString(body).Split('\n', StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;
            var (name, value) = (line[..colon].Trim(), line[(colon + 1)..].Trim());
            if (name.Equals("Messages-Waiting", StringComparison.OrdinalIgnoreCase))
                waiting = value.Equals("yes", StringComparison.OrdinalIgnoreCase);
            else if (name.EndsWith("-Message", StringComparison.OrdinalIgnoreCase) && int.TryParse(value.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                sum = Math.Min(sum + count, 1_000_000);
        }

        return waiting ? Math.Max(1, sum) : sum;
    }
}
