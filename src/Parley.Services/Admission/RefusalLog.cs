using System.Globalization;
using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Admission;

/// <summary>
/// One line for each refusal, in a form that tools which ban by log can read; the address comes before everything a stranger has a say in. No more lines a second than the
/// options say; how many were left out is told with the next one.
/// </summary>
internal sealed class RefusalLog(TimeProvider time, SourceGuardOptions options)
{
    private const int LongestText = 64;

    private readonly Lock _lock = new();
    private long _last = time.GetTimestamp();
    private double _lines = options.LogRate;
    private long _leftOut;

    /// <summary>A request that was refused.</summary>
    public void Refused(SipMessage request, in SipFlow flow, string why, string? user = null)
    {
        if (options.Log is null || !TryTake(out var leftOut))
            return;
        var line = new StringBuilder("refused ").Append(Printable(Encoding.UTF8.GetString(request.MethodName)));
        AppendSource(line, flow.Remote).Append(" over ").Append(flow.Transport.UriToken()).Append(": ").Append(why);
        if (user is not null)
            line.Append(" (user \"").Append(Printable(user)).Append("\")");
        Write(line.ToString(), leftOut);
    }

    /// <summary>A source that is not heard for a while.</summary>
    public void Banned(in NetEndpoint source, TimeSpan length, int failures)
    {
        if (options.Log is null || !TryTake(out var leftOut))
            return;
        var line = AppendSource(new StringBuilder("banned"), source)
            .Append(CultureInfo.InvariantCulture, $": {failures} failed authentications, for {length.TotalSeconds:0} s");
        Write(line.ToString(), leftOut);
    }

    private static StringBuilder AppendSource(StringBuilder line, in NetEndpoint source) =>
        line.Append(" from ").Append(source.ToAddress()).Append(CultureInfo.InvariantCulture, $" port {source.Port}");

    private void Write(string line, long leftOut)
    {
        options.Log!(line);
        if (leftOut > 0)
            options.Log(string.Create(CultureInfo.InvariantCulture, $"refusals not logged: {leftOut}"));
    }

    private bool TryTake(out long leftOut)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _lines = Math.Min(options.LogRate, _lines + time.GetElapsedTime(_last, now).TotalSeconds * options.LogRate);
            _last = now;
            leftOut = 0;
            if (_lines < 1)
            {
                _leftOut++;
                return false;
            }

            _lines--;
            (leftOut, _leftOut) = (_leftOut, 0);
            return true;
        }
    }

    // What a stranger wrote must not begin a line, end a quote or fill the disk; and without blanks it cannot look like another refusal to a pattern.
    private static string Printable(string text)
    {
        var cut = text.Length > LongestText ? text[..LongestText] : text;
        return string.Concat(cut.Select(c => c is <= ' ' or > '~' or '"' or '\\' ? '?' : c));
    }
}
