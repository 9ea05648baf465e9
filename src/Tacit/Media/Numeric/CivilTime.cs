namespace Tacit.Media.Numeric;

/// <summary>Days of the Gregorian calendar, extended to all years, by number.</summary>
internal static class CivilTime
{
    /// <summary>Days since 0000-03-01 of a date. Source: Hinnant, "chrono-compatible low-level date algorithms".</summary>
    public static long Days(long year, int month, int day)
    {
        year -= month <= 2 ? 1 : 0;
        long era = Math.DivRem(year, 400, out long ofEra);
        long dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + dayOfYear;
    }

    /// <summary>The date of a number of days from 0 on.</summary>
    public static (long Year, int Month, int Day) Date(long days)
    {
        long era = Math.DivRem(days, 146097, out long ofEra);
        long year = (ofEra - ofEra / 1460 + ofEra / 36524 - ofEra / 146096) / 365;
        long ofYear = ofEra - (365 * year + year / 4 - year / 100);
        int shifted = (int)((5 * ofYear + 2) / 153);
        int day = (int)(ofYear - (153 * shifted + 2) / 5 + 1), month = shifted < 10 ? shifted + 3 : shifted - 9;
        return (era * 400 + year + (month <= 2 ? 1 : 0), month, day);
    }
}
