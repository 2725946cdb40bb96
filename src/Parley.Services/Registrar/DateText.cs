using System.Globalization;
using System.Text;

namespace Parley.Services.Registrar;

/// <summary>The value of Date (RFC 3261 §20.17), made once a second.</summary>
internal sealed class DateText
{
    private volatile Made _last = new(0, []);

    public ReadOnlySpan<byte> At(uint second)
    {
        var last = _last;
        if (last.Second != second)
        {
            var text = DateTimeOffset.FromUnixTimeSeconds(second).ToString("ddd, dd MMM yyyy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture);
            _last = last = new(second, Encoding.ASCII.GetBytes(text));
        }

        return last.Text;
    }

    private sealed record Made(uint Second, byte[] Text);
}
